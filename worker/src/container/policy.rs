//! What a container may do: one pure function from a job to the whole configuration.
//!
//! A test runs as nobody in particular, without network, capabilities, devices or a writable disk; what it may write
//! is memory that its own limit counts, and two report files of bounded size.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerCreateBody, DeviceRequest, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig,
    Mount, MountType, MountVolumeOptions, ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};
use sparring_tasks::execution::{Device, Job, Resources};

/// Where the worker's own files lie in a container.
pub const WORKER_FOLDER: &str = "/sparring";
/// The home, working space and temporary folder of tests, in memory.
pub const SCRATCH: &str = "/scratch";
/// The user and group that tests run as.
pub const USER: &str = "1000:1000";

/// The largest file that a test may write, in MiB. The report files are the only ones that a test can write on a disk,
/// so that this bounds a container's use of it.
const LARGEST_FILE_MIB: i64 = 256;
const MIB: i64 = 1 << 20;

/// What runs containers below the daemon. Always named: on machines with GPUs the daemon's default is often another
/// one, whose hooks read an image's environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// Plain containers.
    #[default]
    Runc,
    /// gVisor: tests talk to a kernel in user space.
    Runsc,
}

impl Runtime {
    /// As the daemon knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runc => "runc",
            Self::Runsc => "runsc",
        }
    }
}

/// What a container is made of beside its job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement<'a> {
    /// The image's id: a name could come to mean another one.
    pub image_id: &'a str,
    /// The main process.
    pub command: Vec<String>,
    /// All environment variables.
    pub environment: BTreeMap<String, String>,
    /// Who made it for what, for the reaper.
    pub labels: BTreeMap<String, String>,
    /// Whether the daemon fills the repository's volume from the image; else the worker uploads all of it.
    pub fill_from_image: bool,
    /// Below the daemon.
    pub runtime: Runtime,
    /// The seccomp profile's text.
    pub seccomp: &'a str,
}

/// The configuration of a job's container.
pub fn configuration(job: &Job, placement: &Placement<'_>) -> ContainerCreateBody {
    let environment = placement.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    ContainerCreateBody {
        image: Some(placement.image_id.to_owned()),
        // The image's own start-up, health check and folder are all replaced.
        entrypoint: Some(placement.command.clone()),
        cmd: Some(Vec::new()),
        healthcheck: Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() }),
        working_dir: Some(job.workdir.clone()),
        hostname: Some("task".to_owned()),
        user: Some(USER.to_owned()),
        env: Some(environment),
        labels: Some(placement.labels.clone().into_iter().collect()),
        tty: Some(false),
        open_stdin: Some(false),
        attach_stdin: Some(false),
        attach_stdout: Some(false),
        attach_stderr: Some(false),
        network_disabled: Some(true),
        host_config: Some(host(job, placement)),
        ..ContainerCreateBody::default()
    }
}

fn host(job: &Job, placement: &Placement<'_>) -> HostConfig {
    let Resources { memory_mib, cpu_millis, disk_mib, processes, device, .. } = &job.resources;
    let memory = i64::from(*memory_mib) * MIB;
    let volume = |target: &str, fill: bool| Mount {
        target: Some(target.to_owned()),
        typ: Some(MountType::VOLUME),
        volume_options: Some(MountVolumeOptions { no_copy: Some(!fill), ..MountVolumeOptions::default() }),
        ..Mount::default()
    };
    HostConfig {
        runtime: Some(placement.runtime.name().to_owned()),
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        privileged: Some(false),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned(), format!("seccomp={}", placement.seccomp)]),
        ipc_mode: Some("private".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        init: Some(true),
        auto_remove: Some(false),
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: Some(0) }),
        pids_limit: Some(i64::from(*processes)),
        memory: Some(memory),
        // Equal to the memory: no swap.
        memory_swap: Some(memory),
        nano_cpus: Some(i64::from(*cpu_millis) * 1_000_000),
        shm_size: Some(64 * MIB),
        tmpfs: Some(temporary_folders(*disk_mib)),
        mounts: Some(vec![volume(&job.workdir, placement.fill_from_image), volume(WORKER_FOLDER, false)]),
        ulimits: Some(vec![
            ulimit("core", 0),
            ulimit("nofile", 4096),
            ulimit("fsize", i64::from(*disk_mib).min(LARGEST_FILE_MIB) * MIB),
        ]),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some([("max-size", "4m"), ("max-file", "2")].map(|(a, b)| (a.to_owned(), b.to_owned())).into()),
        }),
        device_requests: device.as_ref().map(|device| vec![device_request(device)]),
        ..HostConfig::default()
    }
}

/// Half of the space each for the scratch folder and `/tmp`. Their pages count against the memory limit too.
fn temporary_folders(disk_mib: u32) -> HashMap<String, String> {
    let half = (disk_mib / 2).max(1);
    // 64 a MiB: many small files fit, and the kernel's memory for them stays small.
    let inodes = (u64::from(half) * 64).clamp(1024, 1 << 18);
    let options = format!("size={half}m,nr_inodes={inodes},mode=1777,nosuid,nodev,exec");
    [SCRATCH, "/tmp"].map(|folder| (folder.to_owned(), options.clone())).into()
}

fn ulimit(name: &str, value: i64) -> ResourcesUlimits {
    ResourcesUlimits { name: Some(name.to_owned()), soft: Some(value), hard: Some(value) }
}

/// What `docker run --gpus N` and `--gpus device=A,B` ask the daemon for.
fn device_request(device: &Device) -> DeviceRequest {
    let (count, device_ids) = match device {
        Device::Gpus(count) => (Some(i64::from(*count)), None),
        Device::GpuIds(ids) => (Some(0), Some(ids.clone())),
    };
    DeviceRequest {
        driver: Some(String::new()),
        count,
        device_ids,
        capabilities: Some(vec![vec!["gpu".to_owned()]]),
        options: Some(HashMap::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::container::samples::job;

    fn placement() -> Placement<'static> {
        Placement {
            image_id: "sha256:0",
            command: vec!["true".to_owned()],
            environment: BTreeMap::new(),
            labels: BTreeMap::new(),
            fill_from_image: true,
            runtime: Runtime::Runc,
            seccomp: "{}",
        }
    }

    #[test]
    fn devices_are_asked_for_only_by_jobs() {
        let mut job = job("true");
        let request = |job: &Job| {
            let body = serde_json::to_value(configuration(job, &placement())).unwrap();
            body["HostConfig"]["DeviceRequests"].clone()
        };
        assert_eq!(request(&job), json!(null));
        // What the Docker client sends for `--gpus 2` and `--gpus '"device=0,GPU-a"'`.
        job.resources.device = Some(Device::Gpus(2));
        let of_client = json!([{
            "Driver": "", "Count": 2, "Capabilities": [["gpu"]], "Options": {},
        }]);
        assert_eq!(request(&job), of_client);
        job.resources.device = Some(Device::GpuIds(vec!["0".to_owned(), "GPU-a".to_owned()]));
        let of_client = json!([{
            "Driver": "", "Count": 0, "DeviceIDs": ["0", "GPU-a"], "Capabilities": [["gpu"]], "Options": {},
        }]);
        assert_eq!(request(&job), of_client);
    }

    #[test]
    fn nothing_is_left_to_the_daemon() {
        let body = serde_json::to_value(configuration(&job("true"), &placement())).unwrap();
        let host = &body["HostConfig"];
        assert_eq!(host["Memory"], host["MemorySwap"]);
        assert_eq!((&host["NetworkMode"], &host["Runtime"]), (&json!("none"), &json!("runc")));
        assert_eq!((&host["CapDrop"], &host["ReadonlyRootfs"]), (&json!(["ALL"]), &json!(true)));
        assert_eq!(host["Tmpfs"]["/scratch"], "size=1024m,nr_inodes=65536,mode=1777,nosuid,nodev,exec");
        assert_eq!(body["Image"], "sha256:0");
    }
}
