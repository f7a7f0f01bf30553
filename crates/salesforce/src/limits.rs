//! What the org's daily allowance of calls looks like, as told with every answer.

use http::HeaderMap;

/// The org's calls of the last 24 hours, by everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Calls made.
    pub used: u64,
    /// Calls allowed.
    pub max: u64,
}

impl Usage {
    /// Reads `Sforce-Limit-Info: api-usage=18/15000; per-app-api-usage=17/250(appName=x)`.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get("sforce-limit-info")?.to_str().ok()?;
        text.split([';', ',']).find_map(|part| {
            let (used, max) = part.trim().strip_prefix("api-usage=")?.split_once('/')?;
            Some(Self {
                used: used.parse().ok()?,
                max: max.parse().ok()?,
            })
        })
    }

    /// Nothing is left of the day's allowance.
    pub(crate) fn is_spent(self) -> bool {
        self.used >= self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(header: &str) -> Option<Usage> {
        let mut headers = HeaderMap::new();
        headers.insert("Sforce-Limit-Info", header.parse().unwrap());
        Usage::of(&headers)
    }

    #[test]
    fn the_usage_is_read_with_and_without_the_share_of_the_app() {
        let expected = Some(Usage {
            used: 18,
            max: 15_000,
        });
        assert_eq!(usage("api-usage=18/15000"), expected);
        assert_eq!(
            usage("api-usage=18/15000; per-app-api-usage=17/250(appName=x)"),
            expected
        );
        assert_eq!(usage("per-app-api-usage=17/250(appName=x)"), None);
        assert_eq!(usage("api-usage=many"), None);
        assert_eq!(Usage::of(&HeaderMap::new()), None);
    }

    #[test]
    fn the_allowance_is_spent_at_its_maximum() {
        assert!(
            !Usage {
                used: 14_999,
                max: 15_000
            }
            .is_spent()
        );
        assert!(
            Usage {
                used: 15_000,
                max: 15_000
            }
            .is_spent()
        );
        // A paid org may overrun for a while.
        assert!(
            Usage {
                used: 15_001,
                max: 15_000
            }
            .is_spent()
        );
    }
}
