//! Where people find a record in Salesforce's own pages.

use url::Url;

use crate::host;

/// The address of a record's page. Hosts of a My Domain have a Lightning twin; an older host gets
/// the short form, which redirects to whatever the reader's org uses; a loopback host is its own.
pub fn record_url(instance_url: &Url, object: &str, id: &str) -> Url {
    let mut url = instance_url.clone();
    let lightning = instance_url.host_str().and_then(lightning_host);
    if let Some(host) = &lightning {
        url.set_host(Some(host))
            .expect("a Lightning host is a valid host where its twin is one");
    }
    let steps = if lightning.is_some() || host::is_loopback(instance_url) {
        vec!["lightning", "r", object, id, "view"]
    } else {
        vec![id]
    };
    url.path_segments_mut()
        .expect("an instance URL has a host")
        .clear()
        .extend(steps);
    url
}

fn lightning_host(api_host: &str) -> Option<String> {
    if let Some(domain) = api_host.strip_suffix(".my.salesforce.com") {
        return Some(format!("{domain}.lightning.force.com"));
    }
    let domain = api_host.strip_suffix(".my.salesforce.mil")?;
    Some(format!("{domain}.lightning.crmforce.mil"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_on_the_lightning_twin_of_its_host() {
        for (instance, expected) in [
            (
                "https://acme.my.salesforce.com",
                "https://acme.lightning.force.com/lightning/r/Lead/00Q1/view",
            ),
            (
                "https://acme--dev.sandbox.my.salesforce.com/",
                "https://acme--dev.sandbox.lightning.force.com/lightning/r/Lead/00Q1/view",
            ),
            (
                "https://acme.my.salesforce.mil",
                "https://acme.lightning.crmforce.mil/lightning/r/Lead/00Q1/view",
            ),
            (
                "https://na1.salesforce.com",
                "https://na1.salesforce.com/00Q1",
            ),
            (
                "http://127.0.0.1:4010",
                "http://127.0.0.1:4010/lightning/r/Lead/00Q1/view",
            ),
        ] {
            let url = record_url(&instance.parse().unwrap(), "Lead", "00Q1");
            assert_eq!(url.as_str(), expected);
        }
    }
}
