//! The promises of the ports, as tests that every database has to pass.
//!
//! `store::conformance!(expression)` in a test binary makes one test of each promise; the
//! expression opens an empty store for each (a `Box`, or anything else that dereferences to it and
//! keeps alive what it needs). `store::inbox_conformance!` does the same for an inbox.
//!
//! Expected values are written out by hand, instants are handed in, nothing waits for time.
#![expect(
    clippy::unwrap_used,
    reason = "these are tests, although a library holds them"
)]

use std::ops::Deref;

use crate::{Inbox, Store};

pub mod aliases;
pub mod chains;
pub mod connections;
pub mod crowds;
pub mod dependants;
pub mod failures;
pub mod hidden;
pub mod inbox;
pub mod intents;
pub mod mirror;
pub mod persons;
pub mod pins;
pub mod queue;
mod rows;
pub mod scans;
pub mod settle;
pub mod sweeps;
pub mod timeline;

/// Proves one promise on the store that was opened for it.
pub fn run<S: Store>(open: impl Deref<Target = S>, promise: impl AsyncFnOnce(&S)) {
    on_this_thread(promise(&open));
}

/// Proves one promise on the inbox that was opened for it.
pub fn run_inbox<S: Inbox>(open: impl Deref<Target = S>, promise: impl AsyncFnOnce(&S)) {
    on_this_thread(promise(&open));
}

fn on_this_thread(promise: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without drivers needs nothing of the system")
        .block_on(promise);
}

/// Makes one test of each promise of the store's ports.
#[macro_export]
macro_rules! conformance {
    ($open:expr) => {
        $crate::conformance_tests! { run $open;
            connections::a_connection_is_read_back_as_it_was_created,
            connections::a_name_is_taken_once,
            connections::a_workspace_has_one_connection,
            connections::an_update_replaces_state_profile_org_and_workspace,
            connections::an_unknown_connection_cannot_be_changed,
            connections::settings_are_replaced_only_at_the_expected_revision,
            connections::a_credential_is_replaced_only_at_the_expected_revision,
            connections::credentials_of_both_sides_are_apart,
            queue::marking_twice_keeps_one_slot_and_raises_the_revision,
            queue::the_earlier_due_time_and_the_more_urgent_lane_stay,
            queue::due_tickets_come_by_lane_then_time_then_subject,
            queue::tickets_stay_until_they_are_done,
            queue::a_newer_mark_survives_done,
            queue::a_late_done_does_not_reach_a_subject_marked_anew,
            queue::a_deferred_ticket_waits_unless_it_was_marked_since,
            queue::the_next_due_time_is_the_earliest_of_all_lanes,
            queue::connections_have_queues_of_their_own,
            queue::every_kind_of_subject_comes_back,
            mirror::a_new_contact_is_stored_and_its_person_is_due,
            mirror::a_strictly_newer_snapshot_replaces_the_row,
            mirror::an_older_snapshot_is_dropped_and_nobody_is_due,
            mirror::an_equal_snapshot_moves_the_instants_and_nobody_is_due,
            mirror::a_snapshot_that_cannot_be_ordered_makes_the_row_stale,
            mirror::an_answer_of_the_same_second_counts_and_clears_stale,
            mirror::an_equal_answer_clears_stale,
            mirror::a_doubtful_snapshot_never_replaces,
            mirror::both_persons_of_a_changed_key_are_due,
            mirror::a_gone_contact_is_deleted_with_its_links,
            mirror::a_gone_record_makes_its_old_person_due,
            mirror::the_person_of_a_successor_and_of_what_became_it_are_due,
            mirror::a_record_without_a_key_is_kept_only_if_needed,
            mirror::marks_and_cursor_move_with_the_readings,
            mirror::absorbing_twice_changes_nothing,
            dependants::changed_accounts_are_named,
            dependants::the_directory_names_what_changed_and_keeps_what_left,
            dependants::a_fan_out_goes_through_an_account_in_pages,
            dependants::a_fan_out_meets_all_that_an_owner_owns,
            dependants::what_hangs_above_is_due_with_its_change,
            dependants::a_login_is_stored_and_is_no_change,
            dependants::a_fan_out_of_an_owner_goes_on_within_an_account,
            mirror::rows_can_be_marked_stale,
            mirror::what_is_gone_is_not_counted,
            hidden::a_hidden_record_stays_with_its_person,
            hidden::a_reading_shows_a_hidden_record_again,
            hidden::a_hidden_record_is_not_missed,
            hidden::an_admin_can_say_that_a_hidden_record_is_deleted,
            aliases::what_stands_for_a_record_is_known_over_its_steps,
            aliases::a_circle_of_aliases_is_left,
            aliases::an_alias_outlives_the_row_and_goes_when_the_record_comes_back,
            aliases::a_pin_moves_with_a_merged_record,
            aliases::a_merged_contact_goes_and_is_stood_for,
            aliases::pin_and_intents_move_with_a_merged_contact,
            aliases::a_move_takes_nothing_from_the_survivor,
            aliases::nothing_moves_while_another_contact_has_the_key,
            aliases::a_merge_within_a_person_moves_nothing,
            persons::unknown_persons_come_back_empty_in_the_order_asked,
            persons::all_mirrored_rows_of_a_person_are_read,
            persons::links_intents_and_failures_of_a_person_are_read,
            persons::a_person_without_a_key_matches_nothing,
            persons::a_walk_meets_everybody_once_in_the_order_of_hashes,
            persons::a_walk_never_splits_a_person,
            persons::a_walk_goes_on_from_a_stored_position,
            persons::connections_have_persons_of_their_own,
            chains::chains_are_followed_to_their_ends,
            chains::a_chain_ends_after_five_steps,
            chains::a_gone_pin_is_stood_for_by_the_end_of_its_chain,
            chains::a_linked_record_that_left_the_person_is_read,
            crowds::of_a_crowd_no_more_is_read_than_one_person_may_have,
            crowds::as_many_as_are_read_are_no_crowd,
            crowds::a_walk_passes_over_the_rest_of_a_crowd,
            crowds::a_verdict_is_kept_until_it_is_removed,
            crowds::unclear_persons_come_in_pages_and_are_counted,
            pins::a_pinned_record_is_read_with_its_person_whatever_its_key,
            pins::what_a_pinned_lead_became_is_read_with_the_person,
            pins::a_person_has_one_pin_and_the_next_replaces_it,
            pins::pinning_and_unpinning_make_the_person_due_interactively,
            pins::a_record_without_a_key_is_kept_while_it_is_pinned,
            pins::whoever_pinned_a_record_follows_its_changes,
            pins::a_pin_counts_for_nothing_while_its_record_is_gone,
            settle::what_was_shown_back_replaces_older_rows_only,
            settle::a_link_replaces_any_other_of_its_contact,
            settle::an_unlinked_record_without_a_key_is_dropped,
            settle::a_key_that_moved_makes_both_persons_due,
            settle::a_write_of_unknown_outcome_makes_its_contact_stale,
            settle::tickets_are_done_or_deferred_only_at_their_revision,
            settle::failures_that_are_over_are_cleared_one_by_one,
            settle::repeating_it_changes_nothing_but_the_timeline,
            settle::it_is_one_transaction,
            settle::a_link_remembers_its_events_and_what_was_put_back,
            intents::an_intent_is_opened_once_per_target_while_it_stands,
            intents::another_org_has_intents_of_its_own,
            intents::only_an_open_intent_can_be_sent,
            intents::unknown_keeps_the_first_quiet_until,
            intents::a_row_counts_for_one_intent_only,
            intents::done_settles_the_run_with_it,
            intents::a_closed_intent_stays_closed,
            intents::a_reopened_intent_starts_anew,
            intents::after_a_restart_what_was_sent_is_unknown,
            intents::an_unknown_number_is_missing,
            intents::due_intents_are_open_or_to_be_looked_for,
            intents::closed_intents_of_a_kind_can_be_forgotten,
            intents::a_run_opens_its_intents_with_its_settlement,
            failures::the_same_failure_counts_up,
            failures::another_write_of_the_same_subject_is_listed_apart,
            failures::failures_come_latest_first,
            failures::causes_come_most_first,
            failures::clearing_removes_all_of_a_subject,
            failures::clearing_one_leaves_the_others,
            failures::failures_of_a_cause_come_in_pages,
            failures::failures_of_a_contact_go_with_it,
            timeline::lines_come_latest_first,
            timeline::a_person_and_a_subject_see_their_lines_only,
            scans::a_first_scan_fills_the_mirror_and_nobody_is_due,
            scans::nothing_is_merged_before_the_scan_is_finished,
            scans::a_later_scan_replaces_what_is_strictly_newer,
            scans::an_equal_stamp_with_other_values_becomes_stale,
            scans::a_row_seen_after_the_scan_began_is_left_alone,
            scans::a_record_without_a_key_is_merged_only_if_needed,
            scans::a_row_met_twice_is_read_again_unless_both_agree,
            scans::what_a_scan_did_not_meet_is_named_in_pages,
            scans::a_gone_record_is_not_missed,
            scans::finishing_again_changes_nothing,
            scans::a_scan_of_many_rows_is_merged_whole,
            scans::beginning_again_drops_the_unfinished_scan,
            scans::a_forgotten_scan_is_missing,
            scans::accounts_go_straight_to_the_mirror,
            sweeps::a_sweep_is_read_back_as_it_was_written,
            sweeps::a_cursor_is_read_back_as_it_was_moved,
        }
    };
}

/// Makes one test of each promise of the inbox.
#[macro_export]
macro_rules! inbox_conformance {
    ($open:expr) => {
        $crate::conformance_tests! { run_inbox $open;
            inbox::what_was_kept_comes_back_in_order,
            inbox::reading_goes_on_after_a_number,
            inbox::dropped_deliveries_are_gone_and_unknown_numbers_ignored,
            inbox::a_number_is_never_used_twice,
            inbox::deliveries_that_arrive_together_are_all_kept,
        }
    };
}

#[cfg(test)]
mod tests;

/// One test per promise; `conformance!` and `inbox_conformance!` hold the lists.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($run:ident $open:expr; $($area:ident :: $promise:ident,)+) => {$(
        #[test]
        fn $promise() {
            $crate::conformance::$run($open, $crate::conformance::$area::$promise);
        }
    )+};
}
