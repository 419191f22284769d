//! Which behaviour of a distribution a path meets: the first whose pattern fits, in the order of the list, else the default
//! one (CloudFront developer guide, "Path pattern").

use super::wire::Behaviour;

/// The behaviour of its own that a path meets; none where it falls to the default one.
pub(super) fn of<'a>(behaviours: &'a [Behaviour], path: &str) -> Option<&'a Behaviour> {
    behaviours
        .iter()
        .find(|behaviour| fits(behaviour.path_pattern.as_bytes(), path.as_bytes()))
}

/// The behaviour that was meant for a path and that it does not meet, because one in front of it covers more: every path, or
/// this one by a sign that stands for others, with another origin.
pub(super) fn hidden<'a>(behaviours: &'a [Behaviour], path: &str) -> Option<&'a Behaviour> {
    let fits = |behaviour: &&Behaviour| fits(behaviour.path_pattern.as_bytes(), path.as_bytes());
    let mut all = behaviours.iter().filter(fits);
    let first = all.next()?;
    let covers_all =
        first.path_pattern.trim_matches('/').trim_matches('*').is_empty() && first.path_pattern.contains('*');
    if !covers_all && names(&first.path_pattern, path) {
        return None;
    }
    all.find(|behind| names(&behind.path_pattern, path) && (covers_all || behind.origin != first.origin))
}

/// Whether a pattern names a path: the first part of the path stands in it as it is, and no sign that stands for others is
/// what takes it in.
pub(super) fn names(pattern: &str, path: &str) -> bool {
    let plain = |text: &str| text.strip_prefix('/').unwrap_or(text).to_owned();
    let (pattern, path) = (plain(pattern), plain(path));
    let literal = pattern.split(['*', '?']).next().unwrap_or_default();
    match path.split('/').next().unwrap_or_default() {
        "" => pattern.is_empty(),
        first => literal.starts_with(first),
    }
}

/// Whether a pattern fits a path: `*` stands for any letters, `?` for one, and capital letters count. A pattern without a
/// slash at its beginning means the same as with one.
fn fits(pattern: &[u8], path: &[u8]) -> bool {
    let pattern = pattern.strip_prefix(b"/").unwrap_or(pattern);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and how much of the path it took so far.
    let mut star: Option<(usize, usize)> = None;
    while at < path.len() {
        match pattern.get(from) {
            Some(b'*') => {
                star = Some((from, at));
                from += 1;
            }
            Some(&sign) if sign == b'?' || sign == path[at] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((stands, took)) = star else {
                    return false;
                };
                star = Some((stands, took + 1));
                (from, at) = (stands + 1, took + 1);
            }
        }
    }
    pattern[from..].iter().all(|sign| *sign == b'*')
}

#[cfg(test)]
mod tests {
    use super::{fits, names};

    #[test]
    fn a_pattern_fits_as_cloudfront_says() {
        for (pattern, path, is) in [
            ("/usermanagement/*", "/usermanagement/api/users", true),
            ("usermanagement/*", "/usermanagement/", true),
            ("/usermanagement/*", "/usermanagement", false),
            ("/UserManagement/*", "/usermanagement/x", false),
            ("*.js", "/a/b.js", true),
            ("*.js", "/a/b.json", false),
            ("/a?c", "/abc", true),
            ("/a?c", "/ac", false),
            ("*", "/", true),
            ("/a*b*c", "/axxbyybzzc", true),
            ("/a*b*c", "/axxbyybzz", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), path.as_bytes()), is, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_that_takes_in_everything_names_nothing() {
        for (pattern, path, is) in [
            ("/usermanagement/*", "/usermanagement/api/users", true),
            ("usermanagement*", "/usermanagement/", true),
            ("/auth*", "/auth", true),
            ("/auth/realms/*", "/auth/realms/lin", true),
            ("/u*", "/usermanagement/", false),
            ("*", "/usermanagement/", false),
            ("/*", "/", false),
            ("/", "/", true),
            ("*.js", "/usermanagement/a.js", false),
            ("/?uth/*", "/auth/", false),
        ] {
            assert_eq!(names(pattern, path), is, "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = "*a".repeat(60) + "b";
        assert!(!fits(pattern.as_bytes(), "a".repeat(8_000).as_bytes()));
    }
}
