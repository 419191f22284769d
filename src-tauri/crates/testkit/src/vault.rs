//! A vault in memory whose key can be taken away.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use switchback_engine::ports::{NoKey, Vault};
use switchback_model::{Digest, Image, Sealed};

/// Seals by keeping the image itself: what it gives out is a number. The values stay when a process
/// of a test "dies", as a key ring does.
#[derive(Debug, Default)]
pub struct MemoryVault {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    images: Vec<Image>,
    missing: Option<String>,
    opened: usize,
}

impl MemoryVault {
    /// Takes the key away, in these words, or gives it back.
    pub fn take_key(&self, missing: Option<&str>) {
        self.lock().missing = missing.map(str::to_owned);
    }

    /// How many images were sealed so far.
    #[must_use]
    pub fn sealed(&self) -> usize {
        self.lock().images.len()
    }

    /// How many images were opened so far.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.lock().opened
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_key(&self) -> Result<std::sync::MutexGuard<'_, Inner>, NoKey> {
        let inner = self.lock();
        match &inner.missing {
            Some(why) => Err(NoKey(why.clone())),
            None => Ok(inner),
        }
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn ready(&self) -> Result<(), NoKey> {
        self.with_key().map(|_| ())
    }

    async fn seal(&self, image: &Image) -> Result<Sealed<Image>, NoKey> {
        let mut inner = self.with_key()?;
        inner.images.push(image.clone());
        let at = inner.images.len() - 1;
        Ok(Sealed::from_parts(
            "memory".to_owned(),
            String::new(),
            at.to_string(),
        ))
    }

    async fn open(&self, sealed: &Sealed<Image>) -> Result<Image, NoKey> {
        let mut inner = self.with_key()?;
        let at: usize = sealed.ciphertext.parse().unwrap();
        inner.opened += 1;
        Ok(inner.images[at].clone())
    }

    async fn blind(&self, digest: &Digest) -> Result<Digest, NoKey> {
        drop(self.with_key()?);
        Ok(Digest::of_bytes(
            format!("the key of the test {digest}").as_bytes(),
        ))
    }
}
