//! Lists that are written as one text with commas between their items, as a `StringList` of Parameter Store is
//! (Systems Manager API reference, PutParameter) and as Spring reads `SPRING_PROFILES_ACTIVE`.
//!
//! Spaces around an item do not count where items are compared (Spring drops them), and are never changed: whatever
//! is not added or taken out stays byte for byte.

/// The items of a list, in order.
pub fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// Whether an item is in a list.
#[must_use]
pub fn has(list: &str, item: &str) -> bool {
    items(list).any(|there| there == item)
}

/// Those of the wished items that are not in a list, in the order of the wish.
#[must_use]
pub fn missing<'w>(list: &str, wished: &'w [String]) -> Vec<&'w str> {
    let wished = wished.iter().map(String::as_str);
    wished.filter(|item| !has(list, item)).collect()
}

/// A list with these items behind the others.
#[must_use]
pub fn with(list: &str, more: &[&str]) -> String {
    let there = Some(list).filter(|list| !list.is_empty());
    there
        .into_iter()
        .chain(more.iter().copied())
        .collect::<Vec<_>>()
        .join(",")
}

/// A list without these items, however often each stands there.
#[must_use]
pub fn without(list: &str, less: &[&str]) -> String {
    let left = list.split(',').filter(|item| !less.contains(&item.trim()));
    left.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
