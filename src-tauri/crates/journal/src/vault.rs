//! A run's vault behind the engine's port: the driver seals an image before its intent and opens it
//! for the way back.

use async_trait::async_trait;
use switchback_engine::ports::{NoKey, Vault};
use switchback_model::{Digest, Image, RunId, Sealed};

use crate::crypto::mac;
use crate::run_journal::RunJournal;
use crate::seal::SealError;
use crate::store::Store;

const BLIND: &str = "switchback/journal/blind";

impl RunJournal {
    async fn sealing<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Store, &RunId) -> Result<T, SealError> + Send + 'static,
    ) -> Result<T, NoKey> {
        let (store, run) = self.parts();
        match tokio::task::spawn_blocking(move || act(&store, &run)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(NoKey(sentence(&error))),
            Err(_) => Err(NoKey(
                "The journal's thread broke off. Start the program again.".to_owned(),
            )),
        }
    }
}

/// One or two whole sentences: what is wrong and how to mend it.
fn sentence(error: &SealError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    let text: String = first.into_iter().chain(chars).collect();
    format!("{}.", text.trim_end_matches('.'))
}

#[async_trait]
impl Vault for RunJournal {
    async fn ready(&self) -> Result<(), NoKey> {
        self.sealing(|store, run| store.can_seal(run)).await
    }

    async fn seal(&self, image: &Image) -> Result<Sealed<Image>, NoKey> {
        let image = image.clone();
        self.sealing(move |store, run| store.seal(run, &image)).await
    }

    async fn open(&self, sealed: &Sealed<Image>) -> Result<Image, NoKey> {
        let sealed = sealed.clone();
        self.sealing(move |store, run| store.unseal(run, &sealed)).await
    }

    async fn blind(&self, digest: &Digest) -> Result<Digest, NoKey> {
        let digest = *digest;
        self.sealing(move |store, run| {
            let key = store.inner.run_key(run, true)?;
            let blind = mac(
                &key,
                BLIND,
                &[run.as_str().as_bytes(), digest.to_string().as_bytes()],
            );
            hex::encode(blind).parse().map_err(|_| SealError::Damaged)
        })
        .await
    }
}
