use super::*;

#[test]
fn buckets_follow_the_order_of_signed_hashes() {
    let quarter = 1_i64 << 62;
    for (hash, bucket) in [
        (i64::MIN, 0),
        (-quarter, 64),
        (-1, 127),
        (0, 128),
        (quarter, 192),
        (i64::MAX, 255),
    ] {
        assert_eq!(bucket_of(KeyHash(hash)), bucket, "{hash}");
    }
    assert_eq!(KEYLESS_BUCKET, 256);
}
