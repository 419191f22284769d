//! The routes of user management, as its public code has them.

/// What a handler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Tells of several users, roles or notifications.
    List,
    /// Tells of one user.
    One,
    /// Tells of the sign-ins of a user.
    Events,
    /// Changes a user.
    Write,
}

/// A method and a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    pub method: &'static str,
    /// Below the context; `{u}` is any one segment.
    pub path: &'static str,
    pub does: Does,
    /// Whether the maintenance flag stands before its path.
    pub is_intercepted: bool,
}

impl Route {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn is_at(&self, segments: &[String]) -> bool {
        let mine: Vec<&str> = self.path.split('/').skip(1).collect();
        let fits = |(mine, asked): (&&str, &String)| *mine == "{u}" || *mine == asked;
        mine.len() == segments.len() && mine.iter().zip(segments).all(fits)
    }
}

const fn reads(path: &'static str, does: Does) -> Route {
    Route {
        method: "GET",
        path,
        does,
        is_intercepted: false,
    }
}

const fn writes(method: &'static str, path: &'static str, is_intercepted: bool) -> Route {
    Route {
        method,
        path,
        does: Does::Write,
        is_intercepted,
    }
}

pub(crate) const ROUTES: [Route; 16] = [
    reads("/allUsers", Does::List),
    reads("/user", Does::One),
    reads("/rolesForUsers", Does::List),
    reads("/userNotification", Does::List),
    reads("/api/users", Does::List),
    reads("/api/users/{u}", Does::One),
    reads("/api/users/{u}/authevents", Does::Events),
    writes("POST", "/createUser", true),
    writes("POST", "/updateUser", true),
    writes("POST", "/updatePassword", true),
    writes("POST", "/deleteUser", true),
    writes("POST", "/api/users", false),
    writes("PUT", "/api/users/{u}", false),
    writes("DELETE", "/api/users/{u}", false),
    writes("POST", "/api/users/{u}/mfa/reset", false),
    writes("POST", "/api/users/{u}/trigger-password-reset", false),
];

/// The routes of a path.
pub(crate) fn at(segments: &[String]) -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(move |route| route.is_at(segments))
}

/// The segments of a path as a forgiving router reads them: empty ones are overlooked, what comes after a `;` is cut,
/// and `%61` is `a`.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let bare = |segment: &str| {
        let segment = segment.split(';').next().unwrap_or_default();
        crate::http::percent_decode(segment)
    };
    path.split('/')
        .map(bare)
        .filter(|segment| !segment.is_empty())
        .collect()
}
