//! `ecs.roll` and `ecs.service`.

use switchback_model::{ActionSpec, CheckKind, RollService, ServiceCheck};

use super::Authored;
use super::key::{Key, Shape};
use crate::reader::{Item, Reader, Table};

/// Characters of a name of a cluster or a service (ECS API reference, CreateCluster and CreateService).
const LONGEST: usize = 255;

pub(super) const CLUSTER: Key = Key::needed("cluster", Shape::Text, "The cluster's name", "\"tis-prod\"");
pub(super) const SERVICE: Key = Key::needed(
    "service",
    Shape::Text,
    "The service's name",
    "\"tis-usermanagement\"",
);

pub(crate) struct StandsStill;

impl Authored for StandsStill {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "A service of ECS has one deployment, which is completed, and every task that it shall have runs";
    const KEYS: &'static [Key] = &[CLUSTER, SERVICE];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let (cluster, service) = named(r, t);
        Some(CheckKind::Service(ServiceCheck {
            cluster: cluster?,
            service: service?,
        }))
    }
}

pub(crate) struct Rolls;

impl Authored for Rolls {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Starts every task of a service of ECS anew, from the task definition that it has; its step names in `publishes` what the tasks then read";
    const KEYS: &'static [Key] = &[CLUSTER, SERVICE];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let (cluster, service) = named(r, t);
        Some(ActionSpec::RollService(RollService {
            cluster: cluster?,
            service: service?,
            reads: Vec::new(),
        }))
    }
}

/// The cluster and the service, each as it could be read.
pub(super) fn named(r: &mut Reader<'_>, t: &mut Table<'_>) -> (Option<String>, Option<String>) {
    let cluster = r.must(t, CLUSTER.name, name);
    let service = r.must(t, SERVICE.name, name);
    (cluster, service)
}

/// A name, never an ARN: the region and the account are the target's.
fn name(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let name = r.text(item)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let message = if name.starts_with("arn:") {
        "This is an ARN: a cluster and a service are named by their names, and the target says where."
    } else if name.is_empty() || name.len() > LONGEST || !name.chars().all(plain) {
        "A name of a cluster or a service has 1 to 255 letters, digits, '_' and '-'."
    } else {
        return Some(name);
    };
    let fix = "Write it as ECS shows it, such as \"tis-usermanagement\".";
    r.notes.error("service-name", item.span().into(), message, fix);
    None
}
