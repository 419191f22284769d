//! The one place that knows what leads AWS traffic elsewhere than to AWS, or there by another way:
//! variables, the profile that is in use with all that it draws on, and its services. A production
//! target refuses every endpoint that is named here before anything is sent; any other is marked.

use std::path::PathBuf;

use switchback_engine::ports::ProviderError;

use crate::connect::check_endpoint;
use crate::error::{guard, safe};
use crate::files::Files;
use crate::service::Service;
use crate::session::LocalFiles;

/// The addresses at which AWS itself serves a machine's metadata (Amazon EC2 user guide, "Instance
/// metadata").
const METADATA: [&str; 2] = ["169.254.169.254", "[fd00:ec2::254]"];

/// A chain of `source_profile` longer than this leads round in a circle.
const LONGEST: usize = 10;

/// A setting that leads requests elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// The setting: a variable, or the key of a profile.
    pub setting: String,
    /// Where it stands, where that is a file.
    pub place: Option<String>,
    /// The service whose requests it leads; absent = every one.
    pub service: Option<Service>,
    /// Where it leads, exactly as it stands: it may hold a password.
    url: String,
    /// Whether it stands in the profile in use itself, or in a variable: what a source of it says, the
    /// SDK does not heed.
    own: bool,
}

impl Detour {
    /// Where it leads, for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self
            .url
            .split_once("://")
            .map(|(scheme, rest)| (scheme, rest.rsplit_once('@')))
        {
            Some((scheme, Some((_, rest)))) => safe(&format!("{scheme}://(removed)@{rest}")),
            _ => safe(&self.url),
        }
    }

    /// Which setting and where it leads, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let place = self
            .place
            .as_deref()
            .map(|place| format!(" ({})", safe(place)))
            .unwrap_or_default();
        let what = self.service.map_or("every service", Service::words);
        format!("{}{place} leads {what} to {}", self.setting, self.shown())
    }
}

/// A setting that is heeded and leads nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heeded {
    /// The setting, for messages.
    pub setting: String,
    /// Where it stands, where that is a file.
    pub place: Option<String>,
    /// What it says.
    pub value: String,
}

/// All that has a say in where requests go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// Endpoints that are not AWS's own, the ones that go before others first.
    pub detours: Vec<Detour>,
    /// Services of the profile's `services` that Switchback does not ask: shown, and nothing else.
    pub others: Vec<Heeded>,
    /// The file of authorities that are trusted besides the system's.
    pub ca_bundle: Option<Heeded>,
    /// Whether endpoints validated by FIPS 140 are asked.
    pub fips: Option<Heeded>,
    /// Whether endpoints with IPv6 too are asked.
    pub dual_stack: Option<Heeded>,
    /// What has the endpoints of the profile ignored.
    pub ignoring: Option<Heeded>,
}

impl Elsewhere {
    /// Looks at the environment and the AWS files; `profile` = the one that a target names.
    #[must_use]
    pub fn of(profile: Option<&str>) -> Self {
        let desk = LocalFiles::real();
        Self::find(&desk, &Files::read(&desk, profile), profile.is_some())
    }

    /// `named`: the target names its profile.
    pub(crate) fn find(desk: &LocalFiles, files: &Files, named: bool) -> Self {
        let mut found = Self::default();
        let selected = files.get_profile(&files.selected);
        let setting = |variable: &str, key: &str| {
            let by_variable = desk.set(variable).map(|value| Heeded {
                setting: variable.to_owned(),
                place: None,
                value,
            });
            by_variable.or_else(|| {
                let section = selected?;
                Some(Heeded {
                    setting: format!("{key} of the AWS profile {}", safe(&files.selected)),
                    place: Some(section.place_of(key).to_owned()),
                    value: section.text(key)?.to_owned(),
                })
            })
        };
        let switch = |variable: &str, key: &str| {
            setting(variable, key).filter(|set| set.value.eq_ignore_ascii_case("true"))
        };
        found.ca_bundle = setting("AWS_CA_BUNDLE", "ca_bundle");
        found.fips = switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
        found.dual_stack = switch("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
        found.ignoring = switch(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
        );
        found.variables(desk, named);
        if found.ignoring.is_none() {
            found.profiles(files);
        }
        found
    }

    fn variables(&mut self, desk: &LocalFiles, named: bool) {
        let mut add = |variable: String, service: Option<Service>| {
            if let Some(url) = desk.set(&variable) {
                self.detours.push(Detour {
                    setting: variable,
                    place: None,
                    service,
                    url,
                    own: true,
                });
            }
        };
        for service in Service::ALL {
            let variable = format!("AWS_ENDPOINT_URL_{}", service.key().to_ascii_uppercase());
            add(variable, Some(service));
        }
        add("AWS_ENDPOINT_URL".to_owned(), None);
        // A target that names its profile asks no machine for credentials.
        let machine = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
        let aws = |url: &str| METADATA.iter().any(|host| url.contains(host));
        if let Some(url) = desk.set(machine).filter(|url| !named && !aws(url)) {
            self.detours.push(Detour {
                setting: machine.to_owned(),
                place: None,
                service: Some(Service::SignIn),
                url,
                own: true,
            });
        }
    }

    /// The profile in use, and each whose credentials it draws on.
    fn profiles(&mut self, files: &Files) {
        let mut name = files.selected.clone();
        for step in 0..LONGEST {
            let Some(section) = files.get_profile(&name) else {
                return;
            };
            let own = step == 0;
            let of = |key: &str| format!("{key} of the AWS profile {}", safe(&name));
            if let Some(services) = section.text("services")
                && let Some(listed) = files.services.get(services)
            {
                for service in listed.names() {
                    let url = listed.below(service).find(|(key, _)| *key == "endpoint_url");
                    let Some((_, url)) = url.filter(|(_, url)| !url.is_empty()) else {
                        continue;
                    };
                    let setting = format!(
                        "endpoint_url of {} in [services {}], which the AWS profile {} uses,",
                        safe(service),
                        safe(services),
                        safe(&name)
                    );
                    let place = Some(listed.place_of(service).to_owned());
                    match Service::ALL.into_iter().find(|known| known.key() == service) {
                        Some(service) => self.detours.push(Detour {
                            setting,
                            place,
                            service: Some(service),
                            url: url.to_owned(),
                            own,
                        }),
                        None => self.others.push(Heeded {
                            setting,
                            place,
                            value: url.to_owned(),
                        }),
                    }
                }
            }
            if let Some(url) = section.text("endpoint_url") {
                self.detours.push(Detour {
                    setting: of("endpoint_url"),
                    place: Some(section.place_of("endpoint_url").to_owned()),
                    service: None,
                    url: url.to_owned(),
                    own,
                });
            }
            match section.text("source_profile") {
                Some(next) if next != name => name = next.to_owned(),
                _ => return,
            }
        }
    }

    /// Where a service is asked, if not at AWS: the first that says so, as the SDKs do it.
    pub(crate) fn endpoint_of(&self, service: Service) -> Option<&str> {
        let own = || self.detours.iter().filter(|detour| detour.own);
        let of_service = own().find(|detour| detour.service == Some(service));
        of_service
            .or_else(|| own().find(|detour| detour.service.is_none()))
            .map(|detour| detour.url.as_str())
    }

    /// Whether a target of kind test can do with it: none of the services that Switchback asks is AWS's.
    #[must_use]
    pub fn leads_all(&self) -> bool {
        Service::OWN
            .into_iter()
            .all(|service| self.endpoint_of(service).is_some())
    }

    /// What marks a run that goes elsewhere: the endpoint of every service, or else which service goes
    /// where.
    #[must_use]
    pub fn mark(&self) -> Option<String> {
        match &self.detours[..] {
            [] => None,
            [one] if one.service.is_none() => Some(one.url.clone()),
            all => {
                let parts = all.iter().map(|detour| {
                    let service = detour.service.map_or("aws", Service::key);
                    format!("{service} {}", detour.shown())
                });
                Some(parts.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Refuses in the name of production.
    ///
    /// # Errors
    /// `Guard`, with each setting that leads elsewhere and where it stands.
    pub fn refuse(&self, what: &str) -> Result<(), ProviderError> {
        let [first, more @ ..] = &self.detours[..] else {
            return Ok(());
        };
        let others = match more {
            [] => String::new(),
            more => {
                let named: Vec<String> = more.iter().map(Detour::words).collect();
                format!("; and {}", named.join("; "))
            }
        };
        let heed = match &self.ignoring {
            Some(set) => format!(" {} is not heeded for variables.", set.setting),
            None => String::new(),
        };
        Err(guard(
            "connect",
            &format!(
                "{what} is production, and AWS would not be asked at its own endpoints: {}{others}. Nothing was sent",
                first.words()
            ),
            &format!(
                "Take {} away{}, or choose a profile without it, then start Switchback again.{heed}",
                first.setting,
                match more.is_empty() {
                    true => "",
                    false => " and the others",
                }
            ),
        ))
    }

    /// Refuses an endpoint that could never be called, by the name of its setting.
    ///
    /// # Errors
    /// `Guard`; the endpoint itself is not repeated.
    pub(crate) fn check(&self) -> Result<(), ProviderError> {
        for detour in self.detours.iter().filter(|detour| detour.own) {
            check_endpoint(&detour.url).map_err(|mut error| {
                error.message = format!(
                    "{} is no endpoint that can be asked: it needs a URL with http or https, without a user name",
                    detour.setting
                );
                error.hint = Some(format!(
                    "Correct {}{}.",
                    detour.setting,
                    detour
                        .place
                        .as_deref()
                        .map(|place| format!(" ({})", safe(place)))
                        .unwrap_or_default()
                ));
                error
            })?;
        }
        Ok(())
    }

    /// The file of `AWS_CA_BUNDLE` or `ca_bundle`, and how it is called.
    pub(crate) fn bundle(&self) -> Option<(PathBuf, String)> {
        let set = self.ca_bundle.as_ref()?;
        let place = set
            .place
            .as_deref()
            .map(|place| format!(" ({})", safe(place)))
            .unwrap_or_default();
        Some((PathBuf::from(&set.value), format!("{}{place}", set.setting)))
    }
}

/// The endpoint of every service in a run's mark; none where the mark names services.
#[must_use]
pub fn endpoint_of_mark(mark: &str) -> Option<&str> {
    let url = mark.starts_with("http://") || mark.starts_with("https://");
    Some(mark).filter(|mark| url && !mark.contains(' '))
}
