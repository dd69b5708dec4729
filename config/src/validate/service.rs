//! Rules of names, time, the firewall, and of what runs on the node.

use super::network::KUBESPAN_MTU;
use super::{Report, Sign};
use crate::cel::Purpose;
use crate::endpoint::url;
use crate::v1alpha1::hostname::AutoHostname;
use crate::v1alpha1::{
    EnvironmentConfig, EventSinkConfig, ExtensionServiceConfig, HostnameConfig, KmsgLogConfig,
    KubeSpanConfig, NetworkRuleConfig, OomConfig, ResolverConfig, SideroLinkConfig,
    StaticHostConfig, TcpProbeConfig, TimeSyncConfig, WatchdogTimerConfig, ZswapConfig,
};

/// Longest hostname, domain included (RFC 1035, section 3.1).
const MAX_HOSTNAME: usize = 253;
/// Longest first label, which becomes the kernel's hostname (HOST_NAME_MAX is 64 with its NUL).
const MAX_LABEL: usize = 63;
/// Shortest time of a watchdog: a busy machine must not be reset for being slow.
const MIN_WATCHDOG: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) fn hostname(document: &HostnameConfig, report: &mut Report) {
    match (document.auto, document.hostname.as_deref()) {
        (None, None | Some("")) => report.wrong("", "must have one of auto and hostname"),
        (Some(AutoHostname::Stable), Some(name)) if !name.is_empty() => {
            report.wrong("hostname", "must be absent with auto: stable");
        }
        _ => {}
    }
    if let Some(name) = document.hostname.as_deref().filter(|name| !name.is_empty()) {
        let label = name.split('.').next().unwrap_or_default();
        if name.len() > MAX_HOSTNAME || label.is_empty() || label.len() > MAX_LABEL {
            let rule = format!(
                "must have at most {MAX_HOSTNAME} characters, the first label 1 to {MAX_LABEL}"
            );
            report.wrong_value("hostname", name, rule);
        }
    }
}

pub(super) fn resolver(document: &ResolverConfig, report: &mut Report) {
    for (index, server) in document.nameservers.iter().enumerate() {
        if server.address.is_none() {
            report.wrong(&format!("nameservers[{index}].address"), "must be set");
        }
    }
}

pub(super) fn static_host(document: &StaticHostConfig, report: &mut Report) {
    if document.hostnames.is_empty() {
        report.wrong("hostnames", "must hold a name");
    }
}

pub(super) fn time_sync(document: &TimeSyncConfig, report: &mut Report) {
    if document.ntp.is_some() && document.ptp.is_some() {
        report.wrong("ptp", "must be absent beside ntp");
    }
}

/// Ports are needed and named once; a rule without a network lets nobody in.
pub(super) fn network_rule(document: &NetworkRuleConfig, report: &mut Report) {
    let ports = document.port_selector.as_ref().map_or(&[][..], |selector| &selector.ports);
    if ports.is_empty() {
        report.wrong("portSelector.ports", "must hold a port");
    }
    for (index, range) in ports.iter().enumerate() {
        let overlaps = ports[..index]
            .iter()
            .any(|other| range.first <= other.last && other.first <= range.last);
        if overlaps {
            report.wrong(
                &format!("portSelector.ports[{index}]"),
                "must not overlap with those before it",
            );
        }
    }
    for (index, rule) in document.ingress.iter().enumerate() {
        if rule.subnet.is_none() {
            report.wrong(&format!("ingress[{index}].subnet"), "must be set");
        }
    }
}

pub(super) fn kubespan(document: &KubeSpanConfig, report: &mut Report) {
    if document.mtu.is_some_and(|mtu| mtu != 0 && mtu < KUBESPAN_MTU) {
        report.wrong("mtu", format!("must be at least {KUBESPAN_MTU}"));
    }
    let Some(filters) = &document.filters else { return };
    report.subnets("filters.endpoints", &filters.endpoints, Sign::Allowed);
    let excluded = &filters.exclude_advertised_networks;
    report.subnets("filters.excludeAdvertisedNetworks", excluded, Sign::Refused);
}

pub(super) fn tcp_probe(document: &TcpProbeConfig, report: &mut Report) {
    if document.endpoint.as_deref().unwrap_or_default().is_empty() {
        report.wrong("endpoint", "must be set");
    }
}

/// Names are those that every shell takes.
pub(super) fn environment(document: &EnvironmentConfig, report: &mut Report) {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for name in document.variables.keys() {
        if !name.starts_with(first) || !name.chars().all(rest) {
            let mut path = "variables".to_owned();
            crate::field::push_key(&mut path, name);
            report.wrong(&path, "must be named by letters, digits and _, no digit first");
        }
    }
}

pub(super) fn event_sink(document: &EventSinkConfig, report: &mut Report) {
    let text = document.endpoint.as_deref().unwrap_or_default();
    let port = text.rsplit_once(':').and_then(|(host, port)| {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        port.parse::<u16>().ok().filter(|_| !host.is_empty())
    });
    if port.is_none() {
        report.wrong_value("endpoint", text, "must be a host and a port, as 192.168.10.3:3247");
    }
}

pub(super) fn kmsg_log(document: &KmsgLogConfig, report: &mut Report) {
    let text = document.url.as_deref().unwrap_or_default();
    let good = url(text).is_some_and(|url| {
        matches!(url.scheme, "tcp" | "udp") && url.port.is_some() && matches!(url.rest, "" | "/")
    });
    if !good {
        let rule = "must be a tcp:// or udp:// URL with a port and without a path";
        report.wrong_value("url", text, rule);
    }
}

pub(super) fn oom(document: &OomConfig, report: &mut Report) {
    let expressions = [
        ("triggerExpression", &document.trigger_expression, Purpose::OomTrigger),
        ("cgroupRankingExpression", &document.cgroup_ranking_expression, Purpose::OomRanking),
    ];
    for (path, text, purpose) in expressions {
        if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
            report.expression(path, text, purpose);
        }
    }
}

pub(super) fn watchdog(document: &WatchdogTimerConfig, report: &mut Report) {
    if document.device.as_deref().unwrap_or_default().is_empty() {
        report.wrong("device", "must be set");
    }
    if document.timeout.is_some_and(|timeout| timeout.0 < MIN_WATCHDOG) {
        report.wrong("timeout", format!("must be at least {} seconds", MIN_WATCHDOG.as_secs()));
    }
}

pub(super) fn extension(document: &ExtensionServiceConfig, report: &mut Report) {
    if document.config_files.is_empty() && document.environment.is_empty() {
        report.wrong("", "must have configFiles or an environment");
    }
    for (index, file) in document.config_files.iter().enumerate() {
        for (key, value) in [("content", &file.content), ("mountPath", &file.mount_path)] {
            if value.as_deref().unwrap_or_default().is_empty() {
                report.wrong(&format!("configFiles[{index}].{key}"), "must be set");
            }
        }
    }
}

/// The URL may hold a token and is not shown.
pub(super) fn siderolink(document: &SideroLinkConfig, report: &mut Report) {
    let good = document.api_url.as_ref().and_then(|text| url(text.expose())).is_some_and(|url| {
        let path = url.rest.split('?').next().unwrap_or_default();
        matches!(url.scheme, "https" | "grpc") && matches!(path, "" | "/")
    });
    if !good {
        report.wrong("apiUrl", "must be an https:// or grpc:// URL without a path");
    }
}

pub(super) fn zswap(document: &ZswapConfig, report: &mut Report) {
    if document.max_pool_percent.is_some_and(|share| share > 100) {
        report.wrong("maxPoolPercent", "must be from 0 to 100");
    }
}
