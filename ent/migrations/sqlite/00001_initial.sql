-- +goose Up
-- create "action_items" table
CREATE TABLE `action_items` (`id` text NOT NULL, `source_key` text NULL, `title` text NOT NULL, `priority` text NOT NULL, `type` text NOT NULL, `root_cause` bool NOT NULL, `due_on` text NOT NULL, `state` text NOT NULL, `settled_at` datetime NULL, `details` json NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `incident_id` text NOT NULL, `owner_id` text NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `action_items_incidents_incident` FOREIGN KEY (`incident_id`) REFERENCES `incidents` (`id`) ON DELETE CASCADE, CONSTRAINT `action_items_people_owner` FOREIGN KEY (`owner_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `action_items_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "actionitem_incident_id_source_key" to table: "action_items"
CREATE UNIQUE INDEX `actionitem_incident_id_source_key` ON `action_items` (`incident_id`, `source_key`);
-- create index "actionitem_incident_id_id" to table: "action_items"
CREATE INDEX `actionitem_incident_id_id` ON `action_items` (`incident_id`, `id`);
-- create index "actionitem_owner_id_state" to table: "action_items"
CREATE INDEX `actionitem_owner_id_state` ON `action_items` (`owner_id`, `state`);
-- create index "actionitem_service_id" to table: "action_items"
CREATE INDEX `actionitem_service_id` ON `action_items` (`service_id`);
-- create index "actionitem_state_due_on_id" to table: "action_items"
CREATE INDEX `actionitem_state_due_on_id` ON `action_items` (`state`, `due_on`, `id`);
-- create "activities" table
CREATE TABLE `activities` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `day` text NOT NULL, `week` text NOT NULL, `person_id` text NOT NULL, `team_id` text NOT NULL, `way` text NOT NULL);
-- create index "activity_day_person_id_team_id_way" to table: "activities"
CREATE UNIQUE INDEX `activity_day_person_id_team_id_way` ON `activities` (`day`, `person_id`, `team_id`, `way`);
-- create index "activity_week_person_id" to table: "activities"
CREATE INDEX `activity_week_person_id` ON `activities` (`week`, `person_id`);
-- create index "activity_person_id_day" to table: "activities"
CREATE INDEX `activity_person_id_day` ON `activities` (`person_id`, `day`);
-- create index "activity_team_id_day" to table: "activities"
CREATE INDEX `activity_team_id_day` ON `activities` (`team_id`, `day`);
-- create "alerts" table
CREATE TABLE `alerts` (`id` text NOT NULL, `kind` text NOT NULL, `severity` text NOT NULL, `started_at` datetime NOT NULL, `evidence` json NOT NULL, `peak_good` integer NOT NULL, `peak_total` integer NOT NULL, `quiet_since` datetime NULL, `ended_at` datetime NULL, `ending` text NOT NULL, `acknowledged_at` datetime NULL, `acknowledged_by` text NOT NULL, `note` text NOT NULL, `slo_id` text NOT NULL, `service_id` text NOT NULL, `revision_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `alerts_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `alerts_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `alerts_slo_revisions_revision` FOREIGN KEY (`revision_id`) REFERENCES `slo_revisions` (`id`) ON DELETE RESTRICT);
-- create index "alert_one_open" to table: "alerts"
CREATE UNIQUE INDEX `alert_one_open` ON `alerts` (`slo_id`, `kind`) WHERE ended_at IS NULL;
-- create index "alert_open" to table: "alerts"
CREATE INDEX `alert_open` ON `alerts` (`started_at`, `id`) WHERE ended_at IS NULL;
-- create index "alert_started_at_id" to table: "alerts"
CREATE INDEX `alert_started_at_id` ON `alerts` (`started_at`, `id`);
-- create index "alert_service_id_started_at_id" to table: "alerts"
CREATE INDEX `alert_service_id_started_at_id` ON `alerts` (`service_id`, `started_at`, `id`);
-- create index "alert_slo_id_started_at_id" to table: "alerts"
CREATE INDEX `alert_slo_id_started_at_id` ON `alerts` (`slo_id`, `started_at`, `id`);
-- create index "alert_revision_id" to table: "alerts"
CREATE INDEX `alert_revision_id` ON `alerts` (`revision_id`);
-- create index "alert_ended_at" to table: "alerts"
CREATE INDEX `alert_ended_at` ON `alerts` (`ended_at`);
-- create "policy_attachments" table
CREATE TABLE `policy_attachments` (`id` text NOT NULL, `target` text NOT NULL, `target_key` text NOT NULL, `tier` integer NOT NULL, `mode` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `created_by` text NOT NULL, `manager` text NOT NULL DEFAULT (''), `version` integer NOT NULL, `policy_id` text NOT NULL, `service_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `policy_attachments_policies_policy` FOREIGN KEY (`policy_id`) REFERENCES `policies` (`id`) ON DELETE RESTRICT, CONSTRAINT `policy_attachments_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "attachment_policy_id_target_target_key" to table: "policy_attachments"
CREATE UNIQUE INDEX `attachment_policy_id_target_target_key` ON `policy_attachments` (`policy_id`, `target`, `target_key`);
-- create index "attachment_target_target_key" to table: "policy_attachments"
CREATE INDEX `attachment_target_target_key` ON `policy_attachments` (`target`, `target_key`);
-- create index "attachment_service_id" to table: "policy_attachments"
CREATE INDEX `attachment_service_id` ON `policy_attachments` (`service_id`);
-- create "attestations" table
CREATE TABLE `attestations` (`id` text NOT NULL, `name` text NOT NULL, `value` json NOT NULL, `evidence` text NOT NULL, `note` text NOT NULL, `attested_at` datetime NOT NULL, `until` datetime NOT NULL, `attested_by` text NOT NULL, `warned` bool NOT NULL, `ended_at` datetime NULL, `ending` text NOT NULL, `ended_by` text NOT NULL, `reason` text NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `attestations_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `attestations_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "attestation_in_force" to table: "attestations"
CREATE UNIQUE INDEX `attestation_in_force` ON `attestations` (`service_id`, `name`) WHERE ended_at IS NULL;
-- create index "attestation_expiry" to table: "attestations"
CREATE INDEX `attestation_expiry` ON `attestations` (`until`, `id`) WHERE ended_at IS NULL;
-- create index "attestation_name" to table: "attestations"
CREATE INDEX `attestation_name` ON `attestations` (`name`) WHERE ended_at IS NULL;
-- create index "attestation_service_id_id" to table: "attestations"
CREATE INDEX `attestation_service_id_id` ON `attestations` (`service_id`, `id`);
-- create index "attestation_service_id_name_id" to table: "attestations"
CREATE INDEX `attestation_service_id_name_id` ON `attestations` (`service_id`, `name`, `id`);
-- create index "attestation_person_id" to table: "attestations"
CREATE INDEX `attestation_person_id` ON `attestations` (`person_id`);
-- create "audit_anchors" table
CREATE TABLE `audit_anchors` (`number` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `hash` text NOT NULL, `at` datetime NOT NULL, `public_key` text NOT NULL, `signature` text NOT NULL, `written_at` datetime NULL, `posted_at` datetime NULL);
-- create index "auditanchor_unwritten" to table: "audit_anchors"
CREATE INDEX `auditanchor_unwritten` ON `audit_anchors` (`number`) WHERE written_at IS NULL;
-- create index "auditanchor_unposted" to table: "audit_anchors"
CREATE INDEX `auditanchor_unposted` ON `audit_anchors` (`number`) WHERE posted_at IS NULL;
-- create "audit_entries" table
CREATE TABLE `audit_entries` (`id` text NOT NULL, `at` datetime NOT NULL, `outcome` text NOT NULL, `actor_kind` text NOT NULL, `actor_person` text NOT NULL, `actor_team` text NOT NULL, `actor_token` text NOT NULL, `actor_name` text NOT NULL, `action` text NOT NULL, `object_kind` text NOT NULL, `object_id` text NOT NULL, `object_label` text NOT NULL, `team` text NOT NULL, `reason` text NOT NULL, `changes` text NOT NULL, `seal` integer NULL, `proof` text NOT NULL, `redacted_by` text NOT NULL, PRIMARY KEY (`id`));
-- create index "auditentry_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_at_id` ON `audit_entries` (`at`, `id`);
-- create index "auditentry_team_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_team_at_id` ON `audit_entries` (`team`, `at`, `id`);
-- create index "auditentry_object_id_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_object_id_at_id` ON `audit_entries` (`object_id`, `at`, `id`);
-- create index "auditentry_actor_person_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_actor_person_at_id` ON `audit_entries` (`actor_person`, `at`, `id`);
-- create index "auditentry_actor_token_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_actor_token_at_id` ON `audit_entries` (`actor_token`, `at`, `id`);
-- create index "auditentry_seal" to table: "audit_entries"
CREATE INDEX `auditentry_seal` ON `audit_entries` (`seal`);
-- create index "auditentry_unsealed" to table: "audit_entries"
CREATE INDEX `auditentry_unsealed` ON `audit_entries` (`at`, `id`) WHERE seal IS NULL;
-- create "audit_seals" table
CREATE TABLE `audit_seals` (`number` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `entry_id` text NOT NULL, `digest` text NOT NULL, `hash` text NOT NULL);
-- create index "auditseal_entry_id" to table: "audit_seals"
CREATE UNIQUE INDEX `auditseal_entry_id` ON `audit_seals` (`entry_id`);
-- create "backfills" table
CREATE TABLE `backfills` (`id` text NOT NULL, `cause` text NOT NULL, `from_at` datetime NOT NULL, `to_at` datetime NOT NULL, `cursor_at` datetime NOT NULL, `state` text NOT NULL, `found` integer NOT NULL, `missing` json NOT NULL, `attempts` integer NOT NULL, `next_at` datetime NOT NULL, `failure_kind` text NOT NULL, `failure` text NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `started_at` datetime NULL, `finished_at` datetime NULL, `version` integer NOT NULL, `slo_id` text NOT NULL, `indicator_id` text NOT NULL, `data_source_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `backfills_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `backfills_indicators_indicator` FOREIGN KEY (`indicator_id`) REFERENCES `indicators` (`id`) ON DELETE RESTRICT, CONSTRAINT `backfills_data_sources_data_source` FOREIGN KEY (`data_source_id`) REFERENCES `data_sources` (`id`) ON DELETE RESTRICT);
-- create index "backfill_open" to table: "backfills"
CREATE INDEX `backfill_open` ON `backfills` (`data_source_id`, `id`) WHERE finished_at IS NULL;
-- create index "backfill_created_at_id" to table: "backfills"
CREATE INDEX `backfill_created_at_id` ON `backfills` (`created_at`, `id`);
-- create index "backfill_slo_id_created_at_id" to table: "backfills"
CREATE INDEX `backfill_slo_id_created_at_id` ON `backfills` (`slo_id`, `created_at`, `id`);
-- create index "backfill_indicator_id" to table: "backfills"
CREATE INDEX `backfill_indicator_id` ON `backfills` (`indicator_id`);
-- create "policies" table
CREATE TABLE `policies` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `revision` integer NOT NULL, `revisit_told` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `manager` text NOT NULL DEFAULT (''), `version` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "budgetpolicy_slug" to table: "policies"
CREATE UNIQUE INDEX `budgetpolicy_slug` ON `policies` (`slug`);
-- create "campaigns" table
CREATE TABLE `campaigns` (`id` text NOT NULL, `name` text NOT NULL, `why` text NOT NULL, `checks` json NOT NULL, `applies_to` text NOT NULL, `starts_on` text NOT NULL, `due_on` text NOT NULL, `grace_days` integer NOT NULL, `issues` bool NOT NULL, `told` integer NOT NULL, `told_for` text NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `ended_at` datetime NULL, `ended_by` text NOT NULL, `ended_for` text NOT NULL, `manager` text NOT NULL DEFAULT (''), `version` integer NOT NULL, `scorecard_id` text NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `campaigns_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE RESTRICT, CONSTRAINT `campaigns_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "campaign_open" to table: "campaigns"
CREATE INDEX `campaign_open` ON `campaigns` (`id`) WHERE ended_at IS NULL;
-- create index "campaign_scorecard_id_id" to table: "campaigns"
CREATE INDEX `campaign_scorecard_id_id` ON `campaigns` (`scorecard_id`, `id`);
-- create index "campaign_team_id_id" to table: "campaigns"
CREATE INDEX `campaign_team_id_id` ON `campaigns` (`team_id`, `id`);
-- create "campaign_days" table
CREATE TABLE `campaign_days` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `day` text NOT NULL, `services` integer NOT NULL, `done` integer NOT NULL, `failing` integer NOT NULL, `campaign_id` text NOT NULL, `team_id` text NOT NULL, CONSTRAINT `campaign_days_campaigns_campaign` FOREIGN KEY (`campaign_id`) REFERENCES `campaigns` (`id`) ON DELETE CASCADE, CONSTRAINT `campaign_days_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "campaignday_campaign_id_day_team_id" to table: "campaign_days"
CREATE UNIQUE INDEX `campaignday_campaign_id_day_team_id` ON `campaign_days` (`campaign_id`, `day`, `team_id`);
-- create index "campaignday_team_id" to table: "campaign_days"
CREATE INDEX `campaignday_team_id` ON `campaign_days` (`team_id`);
-- create "catalog_entities" table
CREATE TABLE `catalog_entities` (`id` text NOT NULL, `portal` text NOT NULL, `kind` text NOT NULL, `ref` text NOT NULL, `uid` text NOT NULL, `title` text NOT NULL, `origin` text NOT NULL, `state` text NOT NULL, `resource_id` text NULL, `told` json NOT NULL, `faults` json NULL, `pending` bool NOT NULL, `first_seen_at` datetime NOT NULL, `seen_at` datetime NOT NULL, `gone_at` datetime NULL, PRIMARY KEY (`id`));
-- create index "catalogentity_portal_uid" to table: "catalog_entities"
CREATE UNIQUE INDEX `catalogentity_portal_uid` ON `catalog_entities` (`portal`, `uid`);
-- create index "catalogentity_living_ref" to table: "catalog_entities"
CREATE UNIQUE INDEX `catalogentity_living_ref` ON `catalog_entities` (`portal`, `ref`) WHERE gone_at IS NULL;
-- create index "catalogentity_living_resource" to table: "catalog_entities"
CREATE UNIQUE INDEX `catalogentity_living_resource` ON `catalog_entities` (`resource_id`) WHERE gone_at IS NULL AND resource_id IS NOT NULL;
-- create index "catalogentity_resource" to table: "catalog_entities"
CREATE INDEX `catalogentity_resource` ON `catalog_entities` (`resource_id`);
-- create index "catalogentity_ref_id" to table: "catalog_entities"
CREATE INDEX `catalogentity_ref_id` ON `catalog_entities` (`ref`, `id`);
-- create index "catalogentity_portal_kind_seen_at" to table: "catalog_entities"
CREATE INDEX `catalogentity_portal_kind_seen_at` ON `catalog_entities` (`portal`, `kind`, `seen_at`);
-- create "catalog_syncs" table
CREATE TABLE `catalog_syncs` (`id` text NOT NULL, `portal` text NOT NULL, `full` bool NOT NULL, `state` text NOT NULL, `started_by` text NOT NULL, `started_at` datetime NOT NULL, `ended_at` datetime NULL, `created` integer NOT NULL, `updated` integer NOT NULL, `unchanged` integer NOT NULL, `refused` integer NOT NULL, `skipped` integer NOT NULL, `deferred` integer NOT NULL, `gone` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "catalogsync_open" to table: "catalog_syncs"
CREATE UNIQUE INDEX `catalogsync_open` ON `catalog_syncs` (`portal`) WHERE "full" AND state = 'open';
-- create "changes" table
CREATE TABLE `changes` (`id` text NOT NULL, `source` text NOT NULL, `external_id` text NULL, `kind` text NOT NULL, `release` text NOT NULL, `link` text NOT NULL, `author` text NOT NULL, `note` text NOT NULL, `began_at` datetime NOT NULL, `ended_at` datetime NULL, `outcome` text NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `changes_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "change_service_id_source_external_id" to table: "changes"
CREATE UNIQUE INDEX `change_service_id_source_external_id` ON `changes` (`service_id`, `source`, `external_id`);
-- create index "change_service_id_began_at_id" to table: "changes"
CREATE INDEX `change_service_id_began_at_id` ON `changes` (`service_id`, `began_at`, `id`);
-- create index "change_began_at_id" to table: "changes"
CREATE INDEX `change_began_at_id` ON `changes` (`began_at`, `id`);
-- create "collections" table
CREATE TABLE `collections` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `until_s` integer NOT NULL, `attempted_at` datetime NULL, `succeeded_at` datetime NULL, `failing_since` datetime NULL, `failure_kind` text NOT NULL, `failure` text NOT NULL, `missing` json NOT NULL, `missing_start` datetime NULL, `missing_reason` text NOT NULL, `missing_detail` text NOT NULL, `indicator_id` text NOT NULL, CONSTRAINT `collections_indicators_indicator` FOREIGN KEY (`indicator_id`) REFERENCES `indicators` (`id`) ON DELETE CASCADE);
-- create index "collection_indicator_id" to table: "collections"
CREATE UNIQUE INDEX `collection_indicator_id` ON `collections` (`indicator_id`);
-- create "composites" table
CREATE TABLE `composites` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `journey_name` text NOT NULL, `journey_description` text NOT NULL, `revision` integer NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `retired_at` datetime NULL, `version` integer NOT NULL, `team_id` text NOT NULL, `system_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `composites_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT, CONSTRAINT `composites_systems_system` FOREIGN KEY (`system_id`) REFERENCES `systems` (`id`) ON DELETE RESTRICT);
-- create index "composite_slug" to table: "composites"
CREATE UNIQUE INDEX `composite_slug` ON `composites` (`slug`);
-- create index "composite_team_id_slug" to table: "composites"
CREATE INDEX `composite_team_id_slug` ON `composites` (`team_id`, `slug`);
-- create index "composite_system_id_slug" to table: "composites"
CREATE INDEX `composite_system_id_slug` ON `composites` (`system_id`, `slug`);
-- create "composite_members" table
CREATE TABLE `composite_members` (`id` text NOT NULL, `position` integer NOT NULL, `weight` text NOT NULL, `missing` text NOT NULL, `revision_id` text NOT NULL, `slo_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `composite_members_composite_revisions_revision` FOREIGN KEY (`revision_id`) REFERENCES `composite_revisions` (`id`) ON DELETE RESTRICT, CONSTRAINT `composite_members_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT);
-- create index "compositemember_revision_id_position" to table: "composite_members"
CREATE UNIQUE INDEX `compositemember_revision_id_position` ON `composite_members` (`revision_id`, `position`);
-- create index "compositemember_slo_id" to table: "composite_members"
CREATE INDEX `compositemember_slo_id` ON `composite_members` (`slo_id`);
-- create "composite_parts" table
CREATE TABLE `composite_parts` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `of_id` text NOT NULL, `objective` text NOT NULL, `min_events` integer NOT NULL, `unit` integer NOT NULL, `end_at` datetime NOT NULL, `evaluated_at` datetime NOT NULL, `latest` datetime NULL, `stale` bool NOT NULL, `filling` bool NOT NULL, `sums` blob NOT NULL, `composite_id` text NOT NULL, CONSTRAINT `composite_parts_composites_composite` FOREIGN KEY (`composite_id`) REFERENCES `composites` (`id`) ON DELETE CASCADE);
-- create index "compositepart_of_id" to table: "composite_parts"
CREATE UNIQUE INDEX `compositepart_of_id` ON `composite_parts` (`of_id`);
-- create index "compositepart_composite_id_evaluated_at" to table: "composite_parts"
CREATE INDEX `compositepart_composite_id_evaluated_at` ON `composite_parts` (`composite_id`, `evaluated_at`);
-- create "composite_revisions" table
CREATE TABLE `composite_revisions` (`id` text NOT NULL, `number` integer NOT NULL, `method` text NOT NULL, `objective` text NOT NULL, `time_window` text NOT NULL, `slice_s` integer NOT NULL, `slice_target` text NOT NULL, `rationale` text NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `composite_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `composite_revisions_composites_composite` FOREIGN KEY (`composite_id`) REFERENCES `composites` (`id`) ON DELETE RESTRICT);
-- create index "compositerevision_composite_id_number" to table: "composite_revisions"
CREATE UNIQUE INDEX `compositerevision_composite_id_number` ON `composite_revisions` (`composite_id`, `number`);
-- create "composite_statuses" table
CREATE TABLE `composite_statuses` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `revision_id` text NOT NULL, `end_at` datetime NULL, `evaluated_at` datetime NULL, `state` text NOT NULL, `since` datetime NOT NULL, `stale` bool NOT NULL, `latest` datetime NULL, `remaining_ppb` integer NULL, `composite_id` text NOT NULL, CONSTRAINT `composite_statuses_composites_composite` FOREIGN KEY (`composite_id`) REFERENCES `composites` (`id`) ON DELETE CASCADE);
-- create index "compositestatus_composite_id" to table: "composite_statuses"
CREATE UNIQUE INDEX `compositestatus_composite_id` ON `composite_statuses` (`composite_id`);
-- create "corrections" table
CREATE TABLE `corrections` (`id` text NOT NULL, `effect` text NOT NULL, `kind` text NOT NULL, `reason` text NOT NULL, `begins_at` datetime NOT NULL, `ends_at` datetime NOT NULL, `start` text NOT NULL, `zone` text NOT NULL, `rule` text NOT NULL, `duration` integer NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `approved_at` datetime NOT NULL, `approved_by` text NOT NULL, `removed_at` datetime NULL, `removed_by` text NOT NULL, `removed_for` text NOT NULL, `slo_id` text NOT NULL, `proposal_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `corrections_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `corrections_proposals_proposal` FOREIGN KEY (`proposal_id`) REFERENCES `proposals` (`id`) ON DELETE RESTRICT);
-- create index "correction_live" to table: "corrections"
CREATE INDEX `correction_live` ON `corrections` (`ends_at`) WHERE removed_at IS NULL;
-- create index "correction_slo_id_begins_at_id" to table: "corrections"
CREATE INDEX `correction_slo_id_begins_at_id` ON `corrections` (`slo_id`, `begins_at`, `id`);
-- create index "correction_proposal_id" to table: "corrections"
CREATE INDEX `correction_proposal_id` ON `corrections` (`proposal_id`);
-- create "data_sources" table
CREATE TABLE `data_sources` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `kind` text NOT NULL, `address` text NOT NULL, `settings` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `retired_at` datetime NULL, `version` integer NOT NULL, `succeeded_at` datetime NULL, `failed_at` datetime NULL, `failing_since` datetime NULL, `failure` text NOT NULL, PRIMARY KEY (`id`));
-- create index "datasource_slug" to table: "data_sources"
CREATE UNIQUE INDEX `datasource_slug` ON `data_sources` (`slug`);
-- create "deliveries" table
CREATE TABLE `deliveries` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `kind` text NOT NULL, `state` text NOT NULL, `repository` text NOT NULL, `number` integer NOT NULL, `url` text NOT NULL, `outcome` text NOT NULL, `holder` text NOT NULL, `epoch` integer NOT NULL, `intent` json NOT NULL, `written` json NOT NULL, `attempts` integer NOT NULL, `failures` integer NOT NULL, `problem` text NOT NULL, `because` text NOT NULL, `opened_at` datetime NULL, `due_at` datetime NULL, `calls` integer NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `issue_id` text NOT NULL, CONSTRAINT `deliveries_issues_issue` FOREIGN KEY (`issue_id`) REFERENCES `issues` (`id`) ON DELETE CASCADE);
-- create index "delivery_issue_id" to table: "deliveries"
CREATE UNIQUE INDEX `delivery_issue_id` ON `deliveries` (`issue_id`);
-- create index "delivery_due" to table: "deliveries"
CREATE INDEX `delivery_due` ON `deliveries` (`repository`, `due_at`, `kind`) WHERE due_at IS NOT NULL;
-- create index "delivery_repository_number_state_kind" to table: "deliveries"
CREATE INDEX `delivery_repository_number_state_kind` ON `deliveries` (`repository`, `number`, `state`, `kind`);
-- create index "delivery_opened_at" to table: "deliveries"
CREATE INDEX `delivery_opened_at` ON `deliveries` (`opened_at`);
-- create index "delivery_state_issue_id" to table: "deliveries"
CREATE INDEX `delivery_state_issue_id` ON `deliveries` (`state`, `issue_id`);
-- create index "delivery_troubled" to table: "deliveries"
CREATE INDEX `delivery_troubled` ON `deliveries` (`issue_id`) WHERE problem <> '';
-- create index "delivery_outcome" to table: "deliveries"
CREATE INDEX `delivery_outcome` ON `deliveries` (`outcome`) WHERE outcome <> '';
-- create index "delivery_dead" to table: "deliveries"
CREATE INDEX `delivery_dead` ON `deliveries` (`repository`, `kind`) WHERE because = 'place';
-- create "delivery_switches" table
CREATE TABLE `delivery_switches` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `stops` json NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL);
-- create index "deliveryswitch_name" to table: "delivery_switches"
CREATE UNIQUE INDEX `deliveryswitch_name` ON `delivery_switches` (`name`);
-- create "dependencies" table
CREATE TABLE `dependencies` (`id` text NOT NULL, `criticality` text NOT NULL, `failure_mode` text NOT NULL, `timeout_us` integer NOT NULL, `retry` text NOT NULL, `breaker` text NOT NULL, `bulkhead` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `manager` text NOT NULL DEFAULT (''), `version` integer NOT NULL, `service_id` text NOT NULL, `on_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `dependencies_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `dependencies_services_on` FOREIGN KEY (`on_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "dependency_service_id_on_id" to table: "dependencies"
CREATE UNIQUE INDEX `dependency_service_id_on_id` ON `dependencies` (`service_id`, `on_id`);
-- create index "dependency_on_id_id" to table: "dependencies"
CREATE INDEX `dependency_on_id_id` ON `dependencies` (`on_id`, `id`);
-- create "exemptions" table
CREATE TABLE `exemptions` (`id` text NOT NULL, `name` text NOT NULL, `reason` text NOT NULL, `link` text NOT NULL, `until` datetime NOT NULL, `asked_at` datetime NOT NULL, `asked_by` text NOT NULL, `approved_at` datetime NULL, `approved_by` text NOT NULL, `approved_for` text NOT NULL, `warned` bool NOT NULL, `ended_at` datetime NULL, `ending` text NOT NULL, `ended_by` text NOT NULL, `ended_for` text NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, `scorecard_id` text NOT NULL, `person_id` text NOT NULL, `approver_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `exemptions_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `exemptions_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE RESTRICT, CONSTRAINT `exemptions_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `exemptions_people_approver` FOREIGN KEY (`approver_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "exemption_open" to table: "exemptions"
CREATE UNIQUE INDEX `exemption_open` ON `exemptions` (`service_id`, `scorecard_id`, `name`) WHERE ended_at IS NULL;
-- create index "exemption_expiry" to table: "exemptions"
CREATE INDEX `exemption_expiry` ON `exemptions` (`until`, `id`) WHERE ended_at IS NULL;
-- create index "exemption_waiting" to table: "exemptions"
CREATE INDEX `exemption_waiting` ON `exemptions` (`until`, `id`) WHERE ended_at IS NULL AND approved_at IS NULL;
-- create index "exemption_service_id_id" to table: "exemptions"
CREATE INDEX `exemption_service_id_id` ON `exemptions` (`service_id`, `id`);
-- create index "exemption_scorecard_id_id" to table: "exemptions"
CREATE INDEX `exemption_scorecard_id_id` ON `exemptions` (`scorecard_id`, `id`);
-- create index "exemption_person_id" to table: "exemptions"
CREATE INDEX `exemption_person_id` ON `exemptions` (`person_id`);
-- create index "exemption_approver_id" to table: "exemptions"
CREATE INDEX `exemption_approver_id` ON `exemptions` (`approver_id`);
-- create "forecasts" table
CREATE TABLE `forecasts` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `revision` integer NOT NULL, `horizon` text NOT NULL, `from_at` datetime NOT NULL, `until_at` datetime NOT NULL, `probability` integer NOT NULL, `slo_id` text NOT NULL, CONSTRAINT `forecasts_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE CASCADE);
-- create index "forecast_slo_id_horizon_from_at" to table: "forecasts"
CREATE UNIQUE INDEX `forecast_slo_id_horizon_from_at` ON `forecasts` (`slo_id`, `horizon`, `from_at`);
-- create index "forecast_until_at" to table: "forecasts"
CREATE INDEX `forecast_until_at` ON `forecasts` (`until_at`);
-- create "forecast_bins" table
CREATE TABLE `forecast_bins` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `horizon` text NOT NULL, `bin` integer NOT NULL, `scored` integer NOT NULL, `happened` integer NOT NULL, `said` integer NOT NULL, `squares` integer NOT NULL, `hit` integer NOT NULL, `void` integer NOT NULL, `slo_id` text NOT NULL, CONSTRAINT `forecast_bins_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE CASCADE);
-- create index "forecastbin_slo_id_horizon_bin" to table: "forecast_bins"
CREATE UNIQUE INDEX `forecastbin_slo_id_horizon_bin` ON `forecast_bins` (`slo_id`, `horizon`, `bin`);
-- create "gate_decisions" table
CREATE TABLE `gate_decisions` (`id` text NOT NULL, `class` text NOT NULL, `change_version` text NOT NULL, `link` text NOT NULL, `answer` text NOT NULL, `verdict` json NOT NULL, `decided_at` datetime NOT NULL, `decided_by` text NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `gate_decisions_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "gatedecision_decided_at_id" to table: "gate_decisions"
CREATE INDEX `gatedecision_decided_at_id` ON `gate_decisions` (`decided_at`, `id`);
-- create index "gatedecision_service_id_decided_at_id" to table: "gate_decisions"
CREATE INDEX `gatedecision_service_id_decided_at_id` ON `gate_decisions` (`service_id`, `decided_at`, `id`);
-- create index "gatedecision_service_id_answer_decided_at_id" to table: "gate_decisions"
CREATE INDEX `gatedecision_service_id_answer_decided_at_id` ON `gate_decisions` (`service_id`, `answer`, `decided_at`, `id`);
-- create "gate_overrides" table
CREATE TABLE `gate_overrides` (`id` text NOT NULL, `reason` text NOT NULL, `made_at` datetime NOT NULL, `until` datetime NOT NULL, `made_by` text NOT NULL, `person_id` text NOT NULL, `review` json NULL, `reviewed_at` datetime NULL, `chased_at` datetime NULL, `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `gate_overrides_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "gateoverride_service_id_until" to table: "gate_overrides"
CREATE INDEX `gateoverride_service_id_until` ON `gate_overrides` (`service_id`, `until`);
-- create index "gateoverride_until" to table: "gate_overrides"
CREATE INDEX `gateoverride_until` ON `gate_overrides` (`until`);
-- create index "gateoverride_made_at_id" to table: "gate_overrides"
CREATE INDEX `gateoverride_made_at_id` ON `gate_overrides` (`made_at`, `id`);
-- create index "gateoverride_service_id_made_at_id" to table: "gate_overrides"
CREATE INDEX `gateoverride_service_id_made_at_id` ON `gate_overrides` (`service_id`, `made_at`, `id`);
-- create index "gateoverride_unreviewed" to table: "gate_overrides"
CREATE INDEX `gateoverride_unreviewed` ON `gate_overrides` (`made_at`, `id`) WHERE reviewed_at IS NULL;
-- create "given_declarations" table
CREATE TABLE `given_declarations` (`id` text NOT NULL, `name` text NOT NULL, `type` text NOT NULL, `doc` text NOT NULL, `unit` text NOT NULL, `among` json NOT NULL, `pushed` bool NOT NULL, `attested` bool NOT NULL, `longest_days` integer NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "givendeclaration_name" to table: "given_declarations"
CREATE UNIQUE INDEX `givendeclaration_name` ON `given_declarations` (`name`);
-- create "idempotency_keys" table
CREATE TABLE `idempotency_keys` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `caller` text NOT NULL, `operation` text NOT NULL, `key` text NOT NULL, `hash` blob NOT NULL, `resource_id` text NOT NULL, `resource_version` integer NOT NULL, `status` integer NOT NULL, `created_at` datetime NOT NULL);
-- create index "idempotencykey_caller_operation_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX `idempotencykey_caller_operation_key` ON `idempotency_keys` (`caller`, `operation`, `key`);
-- create index "idempotencykey_created_at" to table: "idempotency_keys"
CREATE INDEX `idempotencykey_created_at` ON `idempotency_keys` (`created_at`);
-- create "identities" table
CREATE TABLE `identities` (`id` text NOT NULL, `provider` text NOT NULL, `issuer` text NOT NULL, `subject` text NOT NULL, `created_at` datetime NOT NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `identities_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "identity_provider_issuer_subject" to table: "identities"
CREATE UNIQUE INDEX `identity_provider_issuer_subject` ON `identities` (`provider`, `issuer`, `subject`);
-- create index "identity_person_id" to table: "identities"
CREATE INDEX `identity_person_id` ON `identities` (`person_id`);
-- create "incidents" table
CREATE TABLE `incidents` (`id` text NOT NULL, `title` text NOT NULL, `severity` text NOT NULL, `status` text NOT NULL, `restricted` bool NOT NULL, `impact_start` datetime NOT NULL, `impact_end` datetime NULL, `detected_at` datetime NULL, `mitigated_at` datetime NULL, `resolved_at` datetime NULL, `data_loss` bool NOT NULL, `on_call_intervened` bool NOT NULL, `details` json NOT NULL, `source` text NULL, `external_id` text NULL, `source_link` text NOT NULL, `source_told_at` datetime NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `incidents_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "incident_source_external_id" to table: "incidents"
CREATE UNIQUE INDEX `incident_source_external_id` ON `incidents` (`source`, `external_id`);
-- create index "incident_impact_start_id" to table: "incidents"
CREATE INDEX `incident_impact_start_id` ON `incidents` (`impact_start`, `id`);
-- create index "incident_team_id_impact_start_id" to table: "incidents"
CREATE INDEX `incident_team_id_impact_start_id` ON `incidents` (`team_id`, `impact_start`, `id`);
-- create index "incident_resolved_at_id" to table: "incidents"
CREATE INDEX `incident_resolved_at_id` ON `incidents` (`resolved_at`, `id`);
-- create "incident_entries" table
CREATE TABLE `incident_entries` (`id` text NOT NULL, `at` datetime NOT NULL, `kind` text NOT NULL, `author` text NOT NULL, `text` text NOT NULL, `link` text NOT NULL, `source_key` text NULL, `withdrawn_at` datetime NULL, `withdrawn_by` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `incident_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `incident_entries_incidents_incident` FOREIGN KEY (`incident_id`) REFERENCES `incidents` (`id`) ON DELETE CASCADE);
-- create index "incidententry_incident_id_source_key" to table: "incident_entries"
CREATE UNIQUE INDEX `incidententry_incident_id_source_key` ON `incident_entries` (`incident_id`, `source_key`);
-- create index "incidententry_incident_id_at_id" to table: "incident_entries"
CREATE INDEX `incidententry_incident_id_at_id` ON `incident_entries` (`incident_id`, `at`, `id`);
-- create "incident_entry_revisions" table
CREATE TABLE `incident_entry_revisions` (`id` text NOT NULL, `at` datetime NOT NULL, `text` text NOT NULL, `link` text NOT NULL, `replaced_at` datetime NOT NULL, `replaced_by` text NOT NULL, `entry_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `incident_entry_revisions_incident_entries_entry` FOREIGN KEY (`entry_id`) REFERENCES `incident_entries` (`id`) ON DELETE CASCADE);
-- create index "incidententryrevision_entry_id_id" to table: "incident_entry_revisions"
CREATE INDEX `incidententryrevision_entry_id_id` ON `incident_entry_revisions` (`entry_id`, `id`);
-- create "incident_people" table
CREATE TABLE `incident_people` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `role` text NOT NULL, `incident_id` text NOT NULL, `person_id` text NOT NULL, CONSTRAINT `incident_people_incidents_incident` FOREIGN KEY (`incident_id`) REFERENCES `incidents` (`id`) ON DELETE CASCADE, CONSTRAINT `incident_people_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "incidentperson_incident_id_person_id_role" to table: "incident_people"
CREATE UNIQUE INDEX `incidentperson_incident_id_person_id_role` ON `incident_people` (`incident_id`, `person_id`, `role`);
-- create index "incidentperson_person_id" to table: "incident_people"
CREATE INDEX `incidentperson_person_id` ON `incident_people` (`person_id`);
-- create "incident_services" table
CREATE TABLE `incident_services` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `part` text NOT NULL, `position` integer NOT NULL, `incident_id` text NOT NULL, `service_id` text NOT NULL, CONSTRAINT `incident_services_incidents_incident` FOREIGN KEY (`incident_id`) REFERENCES `incidents` (`id`) ON DELETE CASCADE, CONSTRAINT `incident_services_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "incidentservice_incident_id_service_id" to table: "incident_services"
CREATE UNIQUE INDEX `incidentservice_incident_id_service_id` ON `incident_services` (`incident_id`, `service_id`);
-- create index "incidentservice_service_id" to table: "incident_services"
CREATE INDEX `incidentservice_service_id` ON `incident_services` (`service_id`);
-- create "indicators" table
CREATE TABLE `indicators` (`id` text NOT NULL, `category` text NOT NULL, `counting` text NOT NULL, `resolution_s` integer NOT NULL, `description` text NOT NULL, `origin` text NOT NULL, `max_groups` integer NOT NULL, `created_at` datetime NOT NULL, `slo_id` text NOT NULL, `data_source_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `indicators_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `indicators_data_sources_data_source` FOREIGN KEY (`data_source_id`) REFERENCES `data_sources` (`id`) ON DELETE RESTRICT);
-- create index "indicator_slo_id" to table: "indicators"
CREATE INDEX `indicator_slo_id` ON `indicators` (`slo_id`);
-- create index "indicator_data_source_id" to table: "indicators"
CREATE INDEX `indicator_data_source_id` ON `indicators` (`data_source_id`);
-- create "issues" table
CREATE TABLE `issues` (`id` text NOT NULL, `kind` text NOT NULL, `fingerprint` text NOT NULL, `subject` text NOT NULL, `episode` text NOT NULL, `repository` text NOT NULL, `title` text NOT NULL, `body` text NOT NULL, `labels` json NOT NULL, `assignees` json NOT NULL, `comments` json NOT NULL, `open` bool NOT NULL, `ending` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `service_id` text NULL, `group_id` text NULL, `parent_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `issues_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `issues_issues_members` FOREIGN KEY (`group_id`) REFERENCES `issues` (`id`) ON DELETE RESTRICT, CONSTRAINT `issues_issues_parts` FOREIGN KEY (`parent_id`) REFERENCES `issues` (`id`) ON DELETE RESTRICT);
-- create index "issue_fingerprint" to table: "issues"
CREATE UNIQUE INDEX `issue_fingerprint` ON `issues` (`fingerprint`);
-- create index "issue_service_id_id" to table: "issues"
CREATE INDEX `issue_service_id_id` ON `issues` (`service_id`, `id`);
-- create index "issue_subject_id" to table: "issues"
CREATE INDEX `issue_subject_id` ON `issues` (`subject`, `id`);
-- create index "issue_episode" to table: "issues"
CREATE INDEX `issue_episode` ON `issues` (`episode`);
-- create index "issue_group_id" to table: "issues"
CREATE INDEX `issue_group_id` ON `issues` (`group_id`);
-- create index "issue_parent_id" to table: "issues"
CREATE INDEX `issue_parent_id` ON `issues` (`parent_id`);
-- create index "issue_open" to table: "issues"
CREATE INDEX `issue_open` ON `issues` (`id`) WHERE open;
-- create "job_runs" table
CREATE TABLE `job_runs` (`id` text NOT NULL, `job` text NOT NULL, `scheduled_at` datetime NOT NULL, `started_at` datetime NOT NULL, `finished_at` datetime NULL, `trigger` text NOT NULL, `started_by` text NOT NULL, `replica` text NOT NULL, `epoch` integer NOT NULL, `state` text NOT NULL, `result` json NOT NULL, `error` text NOT NULL, PRIMARY KEY (`id`));
-- create index "jobrun_job_scheduled_at" to table: "job_runs"
CREATE UNIQUE INDEX `jobrun_job_scheduled_at` ON `job_runs` (`job`, `scheduled_at`);
-- create index "jobrun_job_started_at_id" to table: "job_runs"
CREATE INDEX `jobrun_job_started_at_id` ON `job_runs` (`job`, `started_at`, `id`);
-- create index "jobrun_job_state_started_at_id" to table: "job_runs"
CREATE INDEX `jobrun_job_state_started_at_id` ON `job_runs` (`job`, `state`, `started_at`, `id`);
-- create index "jobrun_finished_at" to table: "job_runs"
CREATE INDEX `jobrun_finished_at` ON `job_runs` (`finished_at`);
-- create index "jobrun_routine" to table: "job_runs"
CREATE INDEX `jobrun_routine` ON `job_runs` (`finished_at`) WHERE state = 'succeeded' AND trigger = 'schedule';
-- create "launch_reviews" table
CREATE TABLE `launch_reviews` (`id` text NOT NULL, `level` text NOT NULL, `planned_on` text NOT NULL, `note` text NOT NULL, `evidence` json NOT NULL, `asked_at` datetime NOT NULL, `asked_by` text NOT NULL, `decision` text NOT NULL, `decided_at` datetime NULL, `decided_by` text NOT NULL, `decided_for` text NOT NULL, `until` datetime NULL, `conditions` json NOT NULL, `tell_at` datetime NULL, `version` integer NOT NULL, `service_id` text NOT NULL, `scorecard_id` text NOT NULL, `revision_id` text NOT NULL, `person_id` text NOT NULL, `decider_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `launch_reviews_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `launch_reviews_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE RESTRICT, CONSTRAINT `launch_reviews_scorecard_revisions_revision` FOREIGN KEY (`revision_id`) REFERENCES `scorecard_revisions` (`id`) ON DELETE RESTRICT, CONSTRAINT `launch_reviews_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `launch_reviews_people_decider` FOREIGN KEY (`decider_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "launchreview_waiting" to table: "launch_reviews"
CREATE UNIQUE INDEX `launchreview_waiting` ON `launch_reviews` (`service_id`, `scorecard_id`) WHERE decided_at IS NULL;
-- create index "launchreview_waits" to table: "launch_reviews"
CREATE INDEX `launchreview_waits` ON `launch_reviews` (`id`) WHERE decided_at IS NULL;
-- create index "launchreview_tells" to table: "launch_reviews"
CREATE INDEX `launchreview_tells` ON `launch_reviews` (`tell_at`, `id`) WHERE tell_at IS NOT NULL;
-- create index "launchreview_service_id_id" to table: "launch_reviews"
CREATE INDEX `launchreview_service_id_id` ON `launch_reviews` (`service_id`, `id`);
-- create index "launchreview_scorecard_id_id" to table: "launch_reviews"
CREATE INDEX `launchreview_scorecard_id_id` ON `launch_reviews` (`scorecard_id`, `id`);
-- create index "launchreview_revision_id" to table: "launch_reviews"
CREATE INDEX `launchreview_revision_id` ON `launch_reviews` (`revision_id`);
-- create index "launchreview_person_id" to table: "launch_reviews"
CREATE INDEX `launchreview_person_id` ON `launch_reviews` (`person_id`);
-- create index "launchreview_decider_id" to table: "launch_reviews"
CREATE INDEX `launchreview_decider_id` ON `launch_reviews` (`decider_id`);
-- create "leases" table
CREATE TABLE `leases` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `holder` text NOT NULL, `epoch` integer NOT NULL, `expires_at` datetime NOT NULL);
-- create index "lease_name" to table: "leases"
CREATE UNIQUE INDEX `lease_name` ON `leases` (`name`);
-- create "manifest_items" table
CREATE TABLE `manifest_items` (`id` text NOT NULL, `kind` text NOT NULL, `name` text NOT NULL, `resource_id` text NOT NULL, `path` text NOT NULL, `document` text NOT NULL, `applied_at` datetime NOT NULL, `released_at` datetime NULL, `released_by` text NOT NULL, `released_for` text NOT NULL, `drift` json NULL, `set_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `manifest_items_manifest_sets_set` FOREIGN KEY (`set_id`) REFERENCES `manifest_sets` (`id`) ON DELETE CASCADE);
-- create index "manifestitem_set_id_kind_name" to table: "manifest_items"
CREATE UNIQUE INDEX `manifestitem_set_id_kind_name` ON `manifest_items` (`set_id`, `kind`, `name`);
-- create index "manifestitem_kind_resource_id" to table: "manifest_items"
CREATE UNIQUE INDEX `manifestitem_kind_resource_id` ON `manifest_items` (`kind`, `resource_id`);
-- create "manifest_sets" table
CREATE TABLE `manifest_sets` (`id` text NOT NULL, `slug` text NOT NULL, `source` text NOT NULL, `created_at` datetime NOT NULL, `applied_at` datetime NOT NULL, `applied_by` text NOT NULL, `digest` text NOT NULL, `checked_at` datetime NULL, `drifted` integer NOT NULL, `drifted_since` datetime NULL, `version` integer NOT NULL, `team_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `manifest_sets_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "manifestset_slug" to table: "manifest_sets"
CREATE UNIQUE INDEX `manifestset_slug` ON `manifest_sets` (`slug`);
-- create index "manifestset_team_id_slug" to table: "manifest_sets"
CREATE INDEX `manifestset_team_id_slug` ON `manifest_sets` (`team_id`, `slug`);
-- create "members" table
CREATE TABLE `members` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `joined_at` datetime NOT NULL, `manager` text NOT NULL DEFAULT (''), `team_id` text NOT NULL, `person_id` text NOT NULL, CONSTRAINT `members_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE, CONSTRAINT `members_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- create index "member_team_id_person_id" to table: "members"
CREATE UNIQUE INDEX `member_team_id_person_id` ON `members` (`team_id`, `person_id`);
-- create index "member_person_id" to table: "members"
CREATE INDEX `member_person_id` ON `members` (`person_id`);
-- create "notifications" table
CREATE TABLE `notifications` (`id` text NOT NULL, `begin_id` text NULL, `target_id` text NULL, `person_id` text NULL, `matter` text NOT NULL, `is_end` bool NOT NULL, `urgency` text NOT NULL, `turn` integer NOT NULL, `state` text NOT NULL, `made_at` datetime NOT NULL, `due_at` datetime NOT NULL, `attempts` integer NOT NULL, `attempted_at` datetime NULL, `sent_at` datetime NULL, `reason` text NOT NULL, `status` integer NOT NULL, `gathered_into` text NULL, `repeat_at` datetime NULL, `event_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `notifications_told_events_event` FOREIGN KEY (`event_id`) REFERENCES `told_events` (`id`) ON DELETE CASCADE);
-- create index "notification_due" to table: "notifications"
CREATE INDEX `notification_due` ON `notifications` (`target_id`, `turn`, `due_at`, `id`) WHERE state = 'pending';
-- create index "notification_sending" to table: "notifications"
CREATE INDEX `notification_sending` ON `notifications` (`attempted_at`) WHERE state = 'sending';
-- create index "notification_dead" to table: "notifications"
CREATE INDEX `notification_dead` ON `notifications` (`target_id`) WHERE state = 'dead';
-- create index "notification_repeated" to table: "notifications"
CREATE INDEX `notification_repeated` ON `notifications` (`target_id`, `repeat_at`) WHERE repeat_at IS NOT NULL;
-- create index "notification_made_at_id" to table: "notifications"
CREATE INDEX `notification_made_at_id` ON `notifications` (`made_at`, `id`);
-- create index "notification_target_id_made_at_id" to table: "notifications"
CREATE INDEX `notification_target_id_made_at_id` ON `notifications` (`target_id`, `made_at`, `id`);
-- create index "notification_state_made_at_id" to table: "notifications"
CREATE INDEX `notification_state_made_at_id` ON `notifications` (`state`, `made_at`, `id`);
-- create index "notification_target_id_sent_at" to table: "notifications"
CREATE INDEX `notification_target_id_sent_at` ON `notifications` (`target_id`, `sent_at`);
-- create index "notification_matter_id" to table: "notifications"
CREATE INDEX `notification_matter_id` ON `notifications` (`matter`, `id`);
-- create index "notification_event_id" to table: "notifications"
CREATE INDEX `notification_event_id` ON `notifications` (`event_id`);
-- create "notification_targets" table
CREATE TABLE `notification_targets` (`id` text NOT NULL, `name` text NOT NULL, `kind` text NOT NULL, `address` text NOT NULL, `secret` text NOT NULL, `rank` integer NOT NULL, `enabled` bool NOT NULL, `settings` json NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `removed_at` datetime NULL, `version` integer NOT NULL, `succeeded_at` datetime NULL, `failed_at` datetime NULL, `failing_since` datetime NULL, `failure` text NOT NULL, `failures` integer NOT NULL, `resume_at` datetime NULL, `team_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `notification_targets_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "notificationtarget_team_id_rank_id" to table: "notification_targets"
CREATE INDEX `notificationtarget_team_id_rank_id` ON `notification_targets` (`team_id`, `rank`, `id`);
-- create "otlp_streams" table
CREATE TABLE `otlp_streams` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `stream` blob NOT NULL, `root` blob NOT NULL, `start_ns` integer NOT NULL, `last_ns` integer NOT NULL, `good` integer NOT NULL, `total` integer NOT NULL, `seen_at` datetime NOT NULL, `indicator_id` text NOT NULL, CONSTRAINT `otlp_streams_indicators_indicator` FOREIGN KEY (`indicator_id`) REFERENCES `indicators` (`id`) ON DELETE CASCADE);
-- create index "otlpstream_indicator_id_stream" to table: "otlp_streams"
CREATE UNIQUE INDEX `otlpstream_indicator_id_stream` ON `otlp_streams` (`indicator_id`, `stream`);
-- create index "otlpstream_seen_at" to table: "otlp_streams"
CREATE INDEX `otlpstream_seen_at` ON `otlp_streams` (`seen_at`);
-- create "onboarding_members" table
CREATE TABLE `onboarding_members` (`id` text NOT NULL, `state` text NOT NULL, `slos` json NOT NULL, `faults` json NOT NULL, `created_at` datetime NOT NULL, `tried_at` datetime NULL, `wave_id` text NOT NULL, `service_id` text NULL, `repository_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `onboarding_members_onboarding_waves_wave` FOREIGN KEY (`wave_id`) REFERENCES `onboarding_waves` (`id`) ON DELETE CASCADE, CONSTRAINT `onboarding_members_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `onboarding_members_onboarding_repositories_repository` FOREIGN KEY (`repository_id`) REFERENCES `onboarding_repositories` (`id`) ON DELETE RESTRICT);
-- create index "onboardingmember_service_id" to table: "onboarding_members"
CREATE UNIQUE INDEX `onboardingmember_service_id` ON `onboarding_members` (`service_id`);
-- create index "onboardingmember_repository_id" to table: "onboarding_members"
CREATE UNIQUE INDEX `onboardingmember_repository_id` ON `onboarding_members` (`repository_id`);
-- create index "onboardingmember_wave_id_id" to table: "onboarding_members"
CREATE INDEX `onboardingmember_wave_id_id` ON `onboarding_members` (`wave_id`, `id`);
-- create index "onboardingmember_wave_id_state_id" to table: "onboarding_members"
CREATE INDEX `onboardingmember_wave_id_state_id` ON `onboarding_members` (`wave_id`, `state`, `id`);
-- create "onboarding_repositories" table
CREATE TABLE `onboarding_repositories` (`id` text NOT NULL, `host_id` text NOT NULL, `full_name` text NOT NULL, `address` text NOT NULL, `facts` json NOT NULL, `look` json NOT NULL, `choice` json NOT NULL, `idle` bool NOT NULL, `team_by` text NOT NULL, `pushed_at` datetime NULL, `seen_at` datetime NOT NULL, `looked_at` datetime NULL, `gone_at` datetime NULL, `dismissed_at` datetime NULL, `dismissed_by` text NOT NULL, `dismissed_for` text NOT NULL, `created_at` datetime NOT NULL, `version` integer NOT NULL, `team_id` text NULL, `service_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `onboarding_repositories_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE SET NULL, CONSTRAINT `onboarding_repositories_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "onboardingrepository_host_id" to table: "onboarding_repositories"
CREATE UNIQUE INDEX `onboardingrepository_host_id` ON `onboarding_repositories` (`host_id`);
-- create index "onboardingrepository_full_name_id" to table: "onboarding_repositories"
CREATE INDEX `onboardingrepository_full_name_id` ON `onboarding_repositories` (`full_name`, `id`);
-- create index "onboardingrepository_team_id_full_name_id" to table: "onboarding_repositories"
CREATE INDEX `onboardingrepository_team_id_full_name_id` ON `onboarding_repositories` (`team_id`, `full_name`, `id`);
-- create index "onboardingrepository_service_id" to table: "onboarding_repositories"
CREATE INDEX `onboardingrepository_service_id` ON `onboarding_repositories` (`service_id`);
-- create "onboarding_waves" table
CREATE TABLE `onboarding_waves` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `due_on` text NOT NULL, `templates` json NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `started_at` datetime NULL, `started_by` text NOT NULL, `version` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "onboardingwave_slug" to table: "onboarding_waves"
CREATE UNIQUE INDEX `onboardingwave_slug` ON `onboarding_waves` (`slug`);
-- create "outages" table
CREATE TABLE `outages` (`id` text NOT NULL, `class` text NOT NULL, `note` text NOT NULL, `begins_at` datetime NOT NULL, `ends_at` datetime NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `outages_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "outage_service_id_begins_at_id" to table: "outages"
CREATE INDEX `outage_service_id_begins_at_id` ON `outages` (`service_id`, `begins_at`, `id`);
-- create index "outage_begins_at" to table: "outages"
CREATE INDEX `outage_begins_at` ON `outages` (`begins_at`);
-- create "ownership_drifts" table
CREATE TABLE `ownership_drifts` (`id` text NOT NULL, `reason` text NOT NULL, `detail` text NOT NULL, `found_at` datetime NOT NULL, `escalated_at` datetime NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `ownership_drifts_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE CASCADE);
-- create index "ownershipdrift_service_id_reason" to table: "ownership_drifts"
CREATE UNIQUE INDEX `ownershipdrift_service_id_reason` ON `ownership_drifts` (`service_id`, `reason`);
-- create index "ownershipdrift_untold" to table: "ownership_drifts"
CREATE INDEX `ownershipdrift_untold` ON `ownership_drifts` (`found_at`, `id`) WHERE escalated_at IS NULL;
-- create "people" table
CREATE TABLE `people` (`id` text NOT NULL, `display_name` text NOT NULL, `email` text NOT NULL, `github_login` text NOT NULL, `administrator` bool NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `deactivated_at` datetime NULL, `managed` json NULL, `version` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "person_display_name_id" to table: "people"
CREATE INDEX `person_display_name_id` ON `people` (`display_name`, `id`);
-- create "policy_revisions" table
CREATE TABLE `policy_revisions` (`id` text NOT NULL, `number` integer NOT NULL, `terms` json NOT NULL, `revised_by` text NOT NULL, `created_at` datetime NOT NULL, `policy_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `policy_revisions_policies_policy` FOREIGN KEY (`policy_id`) REFERENCES `policies` (`id`) ON DELETE RESTRICT);
-- create index "policyrevision_policy_id_number" to table: "policy_revisions"
CREATE UNIQUE INDEX `policyrevision_policy_id_number` ON `policy_revisions` (`policy_id`, `number`);
-- create "postmortems" table
CREATE TABLE `postmortems` (`id` text NOT NULL, `status` text NOT NULL, `text_number` integer NOT NULL, `template` json NOT NULL, `review` json NOT NULL, `link` json NOT NULL, `due_at` datetime NULL, `overdue_told` datetime NULL, `escalated_told` datetime NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `incident_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `postmortems_incidents_incident` FOREIGN KEY (`incident_id`) REFERENCES `incidents` (`id`) ON DELETE CASCADE);
-- create index "postmortem_incident_id" to table: "postmortems"
CREATE UNIQUE INDEX `postmortem_incident_id` ON `postmortems` (`incident_id`);
-- create index "postmortem_due_at_id" to table: "postmortems"
CREATE INDEX `postmortem_due_at_id` ON `postmortems` (`due_at`, `id`);
-- create "postmortem_acts" table
CREATE TABLE `postmortem_acts` (`id` text NOT NULL, `kind` text NOT NULL, `text_number` integer NOT NULL, `text` text NOT NULL, `at` datetime NOT NULL, `author` text NOT NULL, `postmortem_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `postmortem_acts_postmortems_postmortem` FOREIGN KEY (`postmortem_id`) REFERENCES `postmortems` (`id`) ON DELETE CASCADE);
-- create index "postmortemact_postmortem_id_id" to table: "postmortem_acts"
CREATE INDEX `postmortemact_postmortem_id_id` ON `postmortem_acts` (`postmortem_id`, `id`);
-- create "postmortem_requests" table
CREATE TABLE `postmortem_requests` (`id` text NOT NULL, `reason` text NOT NULL, `subject` text NOT NULL, `text` text NOT NULL, `at` datetime NOT NULL, `asked_by` text NOT NULL, `waived_at` datetime NULL, `waived_by` text NOT NULL, `waived_because` text NOT NULL, `postmortem_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `postmortem_requests_postmortems_postmortem` FOREIGN KEY (`postmortem_id`) REFERENCES `postmortems` (`id`) ON DELETE CASCADE);
-- create index "postmortemrequest_postmortem_id_reason_subject" to table: "postmortem_requests"
CREATE UNIQUE INDEX `postmortemrequest_postmortem_id_reason_subject` ON `postmortem_requests` (`postmortem_id`, `reason`, `subject`);
-- create index "postmortemrequest_subject" to table: "postmortem_requests"
CREATE INDEX `postmortemrequest_subject` ON `postmortem_requests` (`subject`);
-- create "postmortem_templates" table
CREATE TABLE `postmortem_templates` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "postmortemtemplate_slug" to table: "postmortem_templates"
CREATE UNIQUE INDEX `postmortemtemplate_slug` ON `postmortem_templates` (`slug`);
-- create "postmortem_template_revisions" table
CREATE TABLE `postmortem_template_revisions` (`id` text NOT NULL, `number` integer NOT NULL, `markdown` text NOT NULL, `required` json NOT NULL, `revised_by` text NOT NULL, `created_at` datetime NOT NULL, `template_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `postmortem_template_revisions_postmortem_templates_template` FOREIGN KEY (`template_id`) REFERENCES `postmortem_templates` (`id`) ON DELETE CASCADE);
-- create index "postmortemtemplaterevision_template_id_number" to table: "postmortem_template_revisions"
CREATE UNIQUE INDEX `postmortemtemplaterevision_template_id_number` ON `postmortem_template_revisions` (`template_id`, `number`);
-- create "postmortem_template_uses" table
CREATE TABLE `postmortem_template_uses` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `severity` text NOT NULL, `template_id` text NOT NULL, CONSTRAINT `postmortem_template_uses_postmortem_templates_template` FOREIGN KEY (`template_id`) REFERENCES `postmortem_templates` (`id`) ON DELETE CASCADE);
-- create index "postmortemtemplateuse_severity" to table: "postmortem_template_uses"
CREATE UNIQUE INDEX `postmortemtemplateuse_severity` ON `postmortem_template_uses` (`severity`);
-- create index "postmortemtemplateuse_template_id" to table: "postmortem_template_uses"
CREATE INDEX `postmortemtemplateuse_template_id` ON `postmortem_template_uses` (`template_id`);
-- create "postmortem_texts" table
CREATE TABLE `postmortem_texts` (`id` text NOT NULL, `number` integer NOT NULL, `head` integer NOT NULL, `text` text NOT NULL, `note` text NOT NULL, `at` datetime NOT NULL, `author` text NOT NULL, `person_id` text NOT NULL, `postmortem_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `postmortem_texts_postmortems_postmortem` FOREIGN KEY (`postmortem_id`) REFERENCES `postmortems` (`id`) ON DELETE CASCADE);
-- create index "postmortemtext_postmortem_id_number" to table: "postmortem_texts"
CREATE UNIQUE INDEX `postmortemtext_postmortem_id_number` ON `postmortem_texts` (`postmortem_id`, `number`);
-- create "proposals" table
CREATE TABLE `proposals` (`id` text NOT NULL, `act` text NOT NULL, `of_version` integer NOT NULL, `input` json NOT NULL, `document` json NOT NULL, `summary` text NOT NULL, `reason` text NOT NULL, `proposed_by` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `decision` text NOT NULL, `decided_at` datetime NULL, `decided_by` text NOT NULL, `decided_for` text NOT NULL, `made_id` text NULL, `service_id` text NOT NULL, `slo_id` text NULL, `proposer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `proposals_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `proposals_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `proposals_people_proposer` FOREIGN KEY (`proposer_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "proposal_slo_id_id" to table: "proposals"
CREATE INDEX `proposal_slo_id_id` ON `proposals` (`slo_id`, `id`);
-- create index "proposal_service_id_id" to table: "proposals"
CREATE INDEX `proposal_service_id_id` ON `proposals` (`service_id`, `id`);
-- create index "proposal_proposer_id" to table: "proposals"
CREATE INDEX `proposal_proposer_id` ON `proposals` (`proposer_id`);
-- create index "proposal_open" to table: "proposals"
CREATE INDEX `proposal_open` ON `proposals` (`id`) WHERE decided_at IS NULL;
-- create "pushed_facts" table
CREATE TABLE `pushed_facts` (`id` text NOT NULL, `name` text NOT NULL, `value` json NOT NULL, `source` text NOT NULL, `link` text NOT NULL, `observed_at` datetime NOT NULL, `until` datetime NOT NULL, `pushed_at` datetime NOT NULL, `pushed_by` text NOT NULL, `lapsed_at` datetime NULL, `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `pushed_facts_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "pushedfact_service_id_name" to table: "pushed_facts"
CREATE UNIQUE INDEX `pushedfact_service_id_name` ON `pushed_facts` (`service_id`, `name`);
-- create index "pushedfact_name" to table: "pushed_facts"
CREATE INDEX `pushedfact_name` ON `pushed_facts` (`name`);
-- create index "pushedfact_expiry" to table: "pushed_facts"
CREATE INDEX `pushedfact_expiry` ON `pushed_facts` (`until`, `id`) WHERE lapsed_at IS NULL;
-- create "reports" table
CREATE TABLE `reports` (`id` text NOT NULL, `number` integer NOT NULL, `scope` text NOT NULL, `scope_id` text NOT NULL, `scope_slug` text NOT NULL, `scope_name` text NOT NULL, `team_id` text NOT NULL, `from_at` datetime NOT NULL, `to_at` datetime NOT NULL, `period` text NOT NULL, `occasion` text NOT NULL, `published_at` datetime NOT NULL, `published_by` text NOT NULL, `sha256` text NOT NULL, `content` blob NOT NULL, `review_at` datetime NULL, PRIMARY KEY (`id`));
-- create index "report_number" to table: "reports"
CREATE UNIQUE INDEX `report_number` ON `reports` (`number`);
-- create index "report_one_of_an_occasion" to table: "reports"
CREATE UNIQUE INDEX `report_one_of_an_occasion` ON `reports` (`scope`, `scope_id`, `from_at`, `to_at`, `occasion`) WHERE occasion <> '';
-- create index "report_scope_scope_id_number" to table: "reports"
CREATE INDEX `report_scope_scope_id_number` ON `reports` (`scope`, `scope_id`, `number`);
-- create index "report_review_at" to table: "reports"
CREATE INDEX `report_review_at` ON `reports` (`review_at`);
-- create "report_decisions" table
CREATE TABLE `report_decisions` (`id` text NOT NULL, `text` text NOT NULL, `decided_by` json NOT NULL, `due_on` text NOT NULL, `link` text NOT NULL, `replaces` text NULL, `recorded_at` datetime NOT NULL, `recorded_by` text NOT NULL, `report_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `report_decisions_reports_report` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE RESTRICT);
-- create index "reportdecision_report_id_id" to table: "report_decisions"
CREATE INDEX `reportdecision_report_id_id` ON `report_decisions` (`report_id`, `id`);
-- create index "reportdecision_replaces" to table: "report_decisions"
CREATE UNIQUE INDEX `reportdecision_replaces` ON `report_decisions` (`replaces`);
-- create "report_restatements" table
CREATE TABLE `report_restatements` (`id` text NOT NULL, `found_at` datetime NOT NULL, `changes` json NOT NULL, `causes` json NOT NULL, `report_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `report_restatements_reports_report` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE RESTRICT);
-- create index "reportrestatement_report_id_id" to table: "report_restatements"
CREATE INDEX `reportrestatement_report_id_id` ON `report_restatements` (`report_id`, `id`);
-- create "slas" table
CREATE TABLE `slas` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `customer` text NOT NULL, `unit` text NOT NULL, `start` text NOT NULL, `zone` text NOT NULL, `valid_from` datetime NOT NULL, `valid_until` datetime NULL, `contact` text NOT NULL, `terms_url` text NOT NULL, `revision` integer NOT NULL, `due_at` datetime NULL, `ended_at` datetime NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `slas_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "sla_service_id_slug" to table: "slas"
CREATE UNIQUE INDEX `sla_service_id_slug` ON `slas` (`service_id`, `slug`);
-- create index "sla_customer" to table: "slas"
CREATE INDEX `sla_customer` ON `slas` (`customer`);
-- create index "sla_due_at" to table: "slas"
CREATE INDEX `sla_due_at` ON `slas` (`due_at`);
-- create "sla_periods" table
CREATE TABLE `sla_periods` (`id` text NOT NULL, `start_at` datetime NOT NULL, `end_at` datetime NOT NULL, `good` integer NOT NULL, `total` integer NOT NULL, `verdict` text NOT NULL, `credit` text NOT NULL, `closed_good` integer NOT NULL, `closed_total` integer NOT NULL, `closed_verdict` text NOT NULL, `closed_credit` text NOT NULL, `closed_at` datetime NOT NULL, `restated_at` datetime NULL, `restated_before` text NOT NULL, `review_at` datetime NULL, `sla_id` text NOT NULL, `revision_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sla_periods_slas_sla` FOREIGN KEY (`sla_id`) REFERENCES `slas` (`id`) ON DELETE RESTRICT, CONSTRAINT `sla_periods_sla_revisions_revision` FOREIGN KEY (`revision_id`) REFERENCES `sla_revisions` (`id`) ON DELETE RESTRICT);
-- create index "slaperiod_sla_id_start_at" to table: "sla_periods"
CREATE UNIQUE INDEX `slaperiod_sla_id_start_at` ON `sla_periods` (`sla_id`, `start_at`);
-- create index "slaperiod_revision_id" to table: "sla_periods"
CREATE INDEX `slaperiod_revision_id` ON `sla_periods` (`revision_id`);
-- create index "slaperiod_review_at" to table: "sla_periods"
CREATE INDEX `slaperiod_review_at` ON `sla_periods` (`review_at`);
-- create "sla_revisions" table
CREATE TABLE `sla_revisions` (`id` text NOT NULL, `number` integer NOT NULL, `target` text NOT NULL, `credits` json NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `sla_id` text NOT NULL, `slo_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sla_revisions_slas_sla` FOREIGN KEY (`sla_id`) REFERENCES `slas` (`id`) ON DELETE RESTRICT, CONSTRAINT `sla_revisions_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT);
-- create index "slarevision_sla_id_number" to table: "sla_revisions"
CREATE UNIQUE INDEX `slarevision_sla_id_number` ON `sla_revisions` (`sla_id`, `number`);
-- create index "slarevision_slo_id" to table: "sla_revisions"
CREATE INDEX `slarevision_slo_id` ON `sla_revisions` (`slo_id`);
-- create "slos" table
CREATE TABLE `slos` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `revision` integer NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `retired_at` datetime NULL, `manager` text NOT NULL DEFAULT (''), `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `slos_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "slo_service_id_slug" to table: "slos"
CREATE UNIQUE INDEX `slo_service_id_slug` ON `slos` (`service_id`, `slug`);
-- create "slo_group_statuses" table
CREATE TABLE `slo_group_statuses` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `group_value` text NOT NULL, `revision_id` text NOT NULL, `end_at` datetime NULL, `evaluated_at` datetime NULL, `state` text NOT NULL, `since` datetime NULL, `stale` bool NOT NULL, `latest` datetime NULL, `sums` blob NOT NULL, `remaining_ppb` integer NULL, `rank` integer NOT NULL, `slo_id` text NOT NULL, CONSTRAINT `slo_group_statuses_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE CASCADE);
-- create index "slogroupstatus_slo_id_group_value" to table: "slo_group_statuses"
CREATE UNIQUE INDEX `slogroupstatus_slo_id_group_value` ON `slo_group_statuses` (`slo_id`, `group_value`);
-- create index "slogroupstatus_slo_id_rank_group_value" to table: "slo_group_statuses"
CREATE INDEX `slogroupstatus_slo_id_rank_group_value` ON `slo_group_statuses` (`slo_id`, `rank`, `group_value`);
-- create "slo_revisions" table
CREATE TABLE `slo_revisions` (`id` text NOT NULL, `number` integer NOT NULL, `objective` text NOT NULL, `time_window` text NOT NULL, `further` text NOT NULL, `budgeting` text NOT NULL, `min_events` integer NOT NULL, `confidence` text NOT NULL, `alerts_off` text NOT NULL, `min_bad_events` integer NOT NULL, `enforcement` text NOT NULL, `rationale` text NOT NULL, `reviewer` text NOT NULL, `review_by` datetime NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `slo_id` text NOT NULL, `indicator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `slo_revisions_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `slo_revisions_indicators_indicator` FOREIGN KEY (`indicator_id`) REFERENCES `indicators` (`id`) ON DELETE RESTRICT);
-- create index "slorevision_slo_id_number" to table: "slo_revisions"
CREATE UNIQUE INDEX `slorevision_slo_id_number` ON `slo_revisions` (`slo_id`, `number`);
-- create index "slorevision_indicator_id" to table: "slo_revisions"
CREATE INDEX `slorevision_indicator_id` ON `slo_revisions` (`indicator_id`);
-- create "slo_statuses" table
CREATE TABLE `slo_statuses` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `revision_id` text NOT NULL, `end_at` datetime NULL, `evaluated_at` datetime NULL, `state` text NOT NULL, `since` datetime NULL, `stale` bool NOT NULL, `filling` bool NOT NULL, `latest` datetime NULL, `sums` blob NOT NULL, `remaining_ppb` integer NULL, `rank` integer NOT NULL, `worst` text NOT NULL, `slo_id` text NOT NULL, CONSTRAINT `slo_statuses_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE CASCADE);
-- create index "slostatus_slo_id" to table: "slo_statuses"
CREATE UNIQUE INDEX `slostatus_slo_id` ON `slo_statuses` (`slo_id`);
-- create index "slostatus_rank_slo_id" to table: "slo_statuses"
CREATE INDEX `slostatus_rank_slo_id` ON `slo_statuses` (`rank`, `slo_id`);
-- create index "slostatus_state_rank_slo_id" to table: "slo_statuses"
CREATE INDEX `slostatus_state_rank_slo_id` ON `slo_statuses` (`state`, `rank`, `slo_id`);
-- create "scorecards" table
CREATE TABLE `scorecards` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `revision` integer NOT NULL, `retired_at` datetime NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `manager` text NOT NULL DEFAULT (''), `version` integer NOT NULL, `owner_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `scorecards_teams_owner` FOREIGN KEY (`owner_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "scorecard_slug" to table: "scorecards"
CREATE UNIQUE INDEX `scorecard_slug` ON `scorecards` (`slug`);
-- create index "scorecard_owner_id_slug" to table: "scorecards"
CREATE INDEX `scorecard_owner_id_slug` ON `scorecards` (`owner_id`, `slug`);
-- create "scorecard_days" table
CREATE TABLE `scorecard_days` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `day` text NOT NULL, `week` text NOT NULL, `month` text NOT NULL, `revision_id` text NOT NULL, `level` integer NOT NULL, `passed` integer NOT NULL, `counted` integer NOT NULL, `passed_weight` integer NOT NULL, `counted_weight` integer NOT NULL, `outcomes` text NOT NULL, `scorecard_id` text NOT NULL, `service_id` text NOT NULL, CONSTRAINT `scorecard_days_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE CASCADE, CONSTRAINT `scorecard_days_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE CASCADE);
-- create index "scorecardday_scorecard_id_service_id_day" to table: "scorecard_days"
CREATE UNIQUE INDEX `scorecardday_scorecard_id_service_id_day` ON `scorecard_days` (`scorecard_id`, `service_id`, `day`);
-- create index "scorecardday_day" to table: "scorecard_days"
CREATE INDEX `scorecardday_day` ON `scorecard_days` (`day`);
-- create "scorecard_dues" table
CREATE TABLE `scorecard_dues` (`id` text NOT NULL, `service_id` text NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`));
-- create "scorecard_failures" table
CREATE TABLE `scorecard_failures` (`id` text NOT NULL, `check_id` text NOT NULL, `checks` json NOT NULL, `opened_at` datetime NOT NULL, `ended_at` datetime NULL, `version` integer NOT NULL, `scorecard_id` text NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `scorecard_failures_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE RESTRICT, CONSTRAINT `scorecard_failures_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "scorecardfailure_open" to table: "scorecard_failures"
CREATE UNIQUE INDEX `scorecardfailure_open` ON `scorecard_failures` (`scorecard_id`, `service_id`, `check_id`) WHERE ended_at IS NULL;
-- create index "scorecardfailure_service_id_scorecard_id_check_id_opened_at" to table: "scorecard_failures"
CREATE INDEX `scorecardfailure_service_id_scorecard_id_check_id_opened_at` ON `scorecard_failures` (`service_id`, `scorecard_id`, `check_id`, `opened_at`);
-- create "scorecard_revisions" table
CREATE TABLE `scorecard_revisions` (`id` text NOT NULL, `number` integer NOT NULL, `terms` json NOT NULL, `revised_by` text NOT NULL, `created_at` datetime NOT NULL, `scorecard_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `scorecard_revisions_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE RESTRICT);
-- create index "scorecardrevision_scorecard_id_number" to table: "scorecard_revisions"
CREATE UNIQUE INDEX `scorecardrevision_scorecard_id_number` ON `scorecard_revisions` (`scorecard_id`, `number`);
-- create "scorecard_standings" table
CREATE TABLE `scorecard_standings` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `applies` text NOT NULL, `revision_id` text NOT NULL, `level` integer NOT NULL, `passed` integer NOT NULL, `counted` integer NOT NULL, `passed_weight` integer NOT NULL, `counted_weight` integer NOT NULL, `outcomes` text NOT NULL, `missing` integer NOT NULL, `details` blob NOT NULL, `evaluated_at` datetime NOT NULL, `scorecard_id` text NOT NULL, `service_id` text NOT NULL, CONSTRAINT `scorecard_standings_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE CASCADE, CONSTRAINT `scorecard_standings_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE CASCADE);
-- create index "scorecardstanding_service_id_scorecard_id" to table: "scorecard_standings"
CREATE UNIQUE INDEX `scorecardstanding_service_id_scorecard_id` ON `scorecard_standings` (`service_id`, `scorecard_id`);
-- create index "scorecardstanding_scorecard_id_level" to table: "scorecard_standings"
CREATE INDEX `scorecardstanding_scorecard_id_level` ON `scorecard_standings` (`scorecard_id`, `level`);
-- create "scorecard_tallies" table
CREATE TABLE `scorecard_tallies` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `scope` text NOT NULL, `scope_id` text NOT NULL, `day` text NOT NULL, `week` text NOT NULL, `month` text NOT NULL, `sums` blob NOT NULL, `scorecard_id` text NOT NULL, CONSTRAINT `scorecard_tallies_scorecards_scorecard` FOREIGN KEY (`scorecard_id`) REFERENCES `scorecards` (`id`) ON DELETE CASCADE);
-- create index "scorecardtally_scorecard_id_scope_scope_id_day" to table: "scorecard_tallies"
CREATE UNIQUE INDEX `scorecardtally_scorecard_id_scope_scope_id_day` ON `scorecard_tallies` (`scorecard_id`, `scope`, `scope_id`, `day`);
-- create index "scorecardtally_day" to table: "scorecard_tallies"
CREATE INDEX `scorecardtally_day` ON `scorecard_tallies` (`day`);
-- create "search_documents" table
CREATE TABLE `search_documents` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `kind` text NOT NULL, `subject_id` text NOT NULL, `title` text NOT NULL, `text` text NOT NULL, `words` text NOT NULL, `updated_at` datetime NOT NULL, `incident_id` text NOT NULL, CONSTRAINT `search_documents_incidents_incident` FOREIGN KEY (`incident_id`) REFERENCES `incidents` (`id`) ON DELETE CASCADE);
-- create index "searchdocument_kind_subject_id" to table: "search_documents"
CREATE UNIQUE INDEX `searchdocument_kind_subject_id` ON `search_documents` (`kind`, `subject_id`);
-- create index "searchdocument_incident_id" to table: "search_documents"
CREATE INDEX `searchdocument_incident_id` ON `search_documents` (`incident_id`);
-- create "segments" table
CREATE TABLE `segments` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `span_s` integer NOT NULL, `start_s` integer NOT NULL, `data` blob NULL, `series_id` text NOT NULL, CONSTRAINT `segments_series_series` FOREIGN KEY (`series_id`) REFERENCES `series` (`id`) ON DELETE CASCADE);
-- create index "segment_series_id_span_s_start_s" to table: "segments"
CREATE UNIQUE INDEX `segment_series_id_span_s_start_s` ON `segments` (`series_id`, `span_s`, `start_s`);
-- create index "segment_span_s_start_s" to table: "segments"
CREATE INDEX `segment_span_s_start_s` ON `segments` (`span_s`, `start_s`);
-- create "segment_changes" table
CREATE TABLE `segment_changes` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `series_id` text NOT NULL, `span_s` integer NOT NULL, `start_s` integer NOT NULL);
-- create "series" table
CREATE TABLE `series` (`id` text NOT NULL, `reporter` text NOT NULL, `group_value` text NOT NULL, `resolution_s` integer NOT NULL, `folded_until` datetime NOT NULL, `created_at` datetime NOT NULL, `indicator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `series_indicators_indicator` FOREIGN KEY (`indicator_id`) REFERENCES `indicators` (`id`) ON DELETE RESTRICT);
-- create index "series_indicator_id_reporter_group_value" to table: "series"
CREATE UNIQUE INDEX `series_indicator_id_reporter_group_value` ON `series` (`indicator_id`, `reporter`, `group_value`);
-- create index "series_folded_until_id" to table: "series"
CREATE INDEX `series_folded_until_id` ON `series` (`folded_until`, `id`);
-- create "services" table
CREATE TABLE `services` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `kind` text NOT NULL, `tier` integer NOT NULL, `lifecycle` text NOT NULL, `repository` text NOT NULL, `on_call` text NOT NULL, `runbook` text NOT NULL, `dashboard` text NOT NULL, `docs` text NOT NULL, `contact` text NOT NULL, `labels` json NOT NULL, `annotations` json NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `retired_at` datetime NULL, `managed` json NULL, `version` integer NOT NULL, `team_id` text NOT NULL, `system_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `services_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT, CONSTRAINT `services_systems_system` FOREIGN KEY (`system_id`) REFERENCES `systems` (`id`) ON DELETE RESTRICT);
-- create index "service_slug" to table: "services"
CREATE UNIQUE INDEX `service_slug` ON `services` (`slug`);
-- create index "service_team_id_slug" to table: "services"
CREATE INDEX `service_team_id_slug` ON `services` (`team_id`, `slug`);
-- create index "service_system_id_slug" to table: "services"
CREATE INDEX `service_system_id_slug` ON `services` (`system_id`, `slug`);
-- create index "service_tier_slug" to table: "services"
CREATE INDEX `service_tier_slug` ON `services` (`tier`, `slug`);
-- create "sessions" table
CREATE TABLE `sessions` (`id` text NOT NULL, `hash` blob NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- create index "session_hash" to table: "sessions"
CREATE UNIQUE INDEX `session_hash` ON `sessions` (`hash`);
-- create index "session_expires_at" to table: "sessions"
CREATE INDEX `session_expires_at` ON `sessions` (`expires_at`);
-- create index "session_person_id" to table: "sessions"
CREATE INDEX `session_person_id` ON `sessions` (`person_id`);
-- create "sign_in_codes" table
CREATE TABLE `sign_in_codes` (`id` text NOT NULL, `hash` blob NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `used_at` datetime NULL, `person_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sign_in_codes_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- create index "signincode_hash" to table: "sign_in_codes"
CREATE UNIQUE INDEX `signincode_hash` ON `sign_in_codes` (`hash`);
-- create index "signincode_expires_at" to table: "sign_in_codes"
CREATE INDEX `signincode_expires_at` ON `sign_in_codes` (`expires_at`);
-- create index "signincode_person_id" to table: "sign_in_codes"
CREATE INDEX `signincode_person_id` ON `sign_in_codes` (`person_id`);
-- create "signal_mappings" table
CREATE TABLE `signal_mappings` (`id` text NOT NULL, `map` json NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `signal_mappings_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "signalmapping_service_id" to table: "signal_mappings"
CREATE UNIQUE INDEX `signalmapping_service_id` ON `signal_mappings` (`service_id`);
-- create "signing_keys" table
CREATE TABLE `signing_keys` (`id` text NOT NULL, `purpose` text NOT NULL, `seed` blob NOT NULL, `key_id` text NOT NULL, `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "signingkey_purpose" to table: "signing_keys"
CREATE UNIQUE INDEX `signingkey_purpose` ON `signing_keys` (`purpose`);
-- create "slugs" table
CREATE TABLE `slugs` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `noun` text NOT NULL, `scope` text NOT NULL, `slug` text NOT NULL, `target_id` text NOT NULL, `current` bool NOT NULL);
-- create index "slug_noun_scope_slug" to table: "slugs"
CREATE UNIQUE INDEX `slug_noun_scope_slug` ON `slugs` (`noun`, `scope`, `slug`);
-- create index "slug_target_current" to table: "slugs"
CREATE UNIQUE INDEX `slug_target_current` ON `slugs` (`target_id`) WHERE current;
-- create index "slug_target" to table: "slugs"
CREATE INDEX `slug_target` ON `slugs` (`target_id`);
-- create "supplied_facts" table
CREATE TABLE `supplied_facts` (`id` text NOT NULL, `name` text NOT NULL, `value` json NOT NULL, `note` text NOT NULL, `link` text NOT NULL, `said_at` datetime NOT NULL, `until` datetime NOT NULL, `said_by` text NOT NULL, `person_id` text NOT NULL, `version` integer NOT NULL, `slo_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `supplied_facts_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT);
-- create index "suppliedfact_slo_id_name" to table: "supplied_facts"
CREATE UNIQUE INDEX `suppliedfact_slo_id_name` ON `supplied_facts` (`slo_id`, `name`);
-- create "systems" table
CREATE TABLE `systems` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `managed` json NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `systems_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "system_slug" to table: "systems"
CREATE UNIQUE INDEX `system_slug` ON `systems` (`slug`);
-- create index "system_team_id_slug" to table: "systems"
CREATE INDEX `system_team_id_slug` ON `systems` (`team_id`, `slug`);
-- create "teams" table
CREATE TABLE `teams` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `contact` text NOT NULL, `default_repository` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `managed` json NULL, `version` integer NOT NULL, `parent_id` text NULL, `issue_assignee_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `teams_teams_children` FOREIGN KEY (`parent_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT, CONSTRAINT `teams_people_issue_assignee` FOREIGN KEY (`issue_assignee_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT);
-- create index "team_slug" to table: "teams"
CREATE UNIQUE INDEX `team_slug` ON `teams` (`slug`);
-- create index "team_parent_id_slug" to table: "teams"
CREATE INDEX `team_parent_id_slug` ON `teams` (`parent_id`, `slug`);
-- create "thinned_months" table
CREATE TABLE `thinned_months` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `group_value` text NOT NULL, `start_s` integer NOT NULL, `end_s` integer NOT NULL, `step_s` integer NOT NULL, `data` blob NOT NULL, `indicator_id` text NOT NULL, CONSTRAINT `thinned_months_indicators_indicator` FOREIGN KEY (`indicator_id`) REFERENCES `indicators` (`id`) ON DELETE RESTRICT);
-- create index "thinnedmonth_indicator_id_group_value_start_s" to table: "thinned_months"
CREATE UNIQUE INDEX `thinnedmonth_indicator_id_group_value_start_s` ON `thinned_months` (`indicator_id`, `group_value`, `start_s`);
-- create index "thinnedmonth_step_s_end_s" to table: "thinned_months"
CREATE INDEX `thinnedmonth_step_s_end_s` ON `thinned_months` (`step_s`, `end_s`);
-- create "toil_answers" table
CREATE TABLE `toil_answers` (`id` text NOT NULL, `subject` text NOT NULL, `week` text NOT NULL, `days_away` integer NOT NULL, `share` integer NOT NULL, `category` text NOT NULL, `note` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_answers_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "toilanswer_team_id_week_subject" to table: "toil_answers"
CREATE UNIQUE INDEX `toilanswer_team_id_week_subject` ON `toil_answers` (`team_id`, `week`, `subject`);
-- create index "toilanswer_subject_week_id" to table: "toil_answers"
CREATE INDEX `toilanswer_subject_week_id` ON `toil_answers` (`subject`, `week`, `id`);
-- create "toil_askings" table
CREATE TABLE `toil_askings` (`id` text NOT NULL, `week` text NOT NULL, `members` integer NOT NULL, `asked_at` datetime NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_askings_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "toilasking_team_id_week" to table: "toil_askings"
CREATE UNIQUE INDEX `toilasking_team_id_week` ON `toil_askings` (`team_id`, `week`);
-- create index "toilasking_week_team_id" to table: "toil_askings"
CREATE INDEX `toilasking_week_team_id` ON `toil_askings` (`week`, `team_id`);
-- create "toil_automations" table
CREATE TABLE `toil_automations` (`id` text NOT NULL, `name` text NOT NULL, `category` text NOT NULL, `day` text NOT NULL, `times` integer NOT NULL, `seconds_each` integer NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `team_id` text NOT NULL, `service_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_automations_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE, CONSTRAINT `toil_automations_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "toilautomation_team_id_day_id" to table: "toil_automations"
CREATE INDEX `toilautomation_team_id_day_id` ON `toil_automations` (`team_id`, `day`, `id`);
-- create index "toilautomation_service_id" to table: "toil_automations"
CREATE INDEX `toilautomation_service_id` ON `toil_automations` (`service_id`);
-- create "toil_candidates" table
CREATE TABLE `toil_candidates` (`id` text NOT NULL, `category` text NOT NULL, `title` text NOT NULL, `build_minutes` integer NOT NULL, `state` text NOT NULL, `live_key` text NULL, `wanted_at` datetime NULL, `settled_at` datetime NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_candidates_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE, CONSTRAINT `toil_candidates_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "toilcandidate_team_id_id" to table: "toil_candidates"
CREATE INDEX `toilcandidate_team_id_id` ON `toil_candidates` (`team_id`, `id`);
-- create index "toilcandidate_team_id_live_key" to table: "toil_candidates"
CREATE UNIQUE INDEX `toilcandidate_team_id_live_key` ON `toil_candidates` (`team_id`, `live_key`);
-- create index "toilcandidate_service_id" to table: "toil_candidates"
CREATE INDEX `toilcandidate_service_id` ON `toil_candidates` (`service_id`);
-- create "toil_dismissals" table
CREATE TABLE `toil_dismissals` (`id` text NOT NULL, `subject` text NOT NULL, `origin` text NOT NULL, `dismissed_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "toildismissal_subject_origin" to table: "toil_dismissals"
CREATE UNIQUE INDEX `toildismissal_subject_origin` ON `toil_dismissals` (`subject`, `origin`);
-- create index "toildismissal_dismissed_at" to table: "toil_dismissals"
CREATE INDEX `toildismissal_dismissed_at` ON `toil_dismissals` (`dismissed_at`);
-- create "toil_entries" table
CREATE TABLE `toil_entries` (`id` text NOT NULL, `subject` text NOT NULL, `day` text NOT NULL, `minutes` integer NOT NULL, `category` text NOT NULL, `traits` integer NOT NULL, `link` text NOT NULL, `note` text NOT NULL, `origin` text NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, `service_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_entries_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE, CONSTRAINT `toil_entries_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "toilentry_subject_day_id" to table: "toil_entries"
CREATE INDEX `toilentry_subject_day_id` ON `toil_entries` (`subject`, `day`, `id`);
-- create index "toilentry_team_id_day_subject" to table: "toil_entries"
CREATE INDEX `toilentry_team_id_day_subject` ON `toil_entries` (`team_id`, `day`, `subject`);
-- create index "toilentry_service_id_day" to table: "toil_entries"
CREATE INDEX `toilentry_service_id_day` ON `toil_entries` (`service_id`, `day`);
-- create index "toilentry_subject_origin" to table: "toil_entries"
CREATE UNIQUE INDEX `toilentry_subject_origin` ON `toil_entries` (`subject`, `origin`);
-- create "toil_partings" table
CREATE TABLE `toil_partings` (`id` text NOT NULL, `subject` text NOT NULL, `week` text NOT NULL, `quarter` text NOT NULL, `parted_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "toilparting_subject" to table: "toil_partings"
CREATE UNIQUE INDEX `toilparting_subject` ON `toil_partings` (`subject`);
-- create index "toilparting_parted_at" to table: "toil_partings"
CREATE INDEX `toilparting_parted_at` ON `toil_partings` (`parted_at`);
-- create "toil_settings" table
CREATE TABLE `toil_settings` (`id` text NOT NULL, `week_minutes` integer NOT NULL, `week_days` integer NOT NULL, `overhead` integer NOT NULL, `cap` integer NOT NULL, `asks` bool NOT NULL, `incidents` bool NOT NULL, `updated_at` datetime NOT NULL, `updated_by` text NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_settings_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "toilsetting_team_id" to table: "toil_settings"
CREATE UNIQUE INDEX `toilsetting_team_id` ON `toil_settings` (`team_id`);
-- create "toil_surveys" table
CREATE TABLE `toil_surveys` (`id` text NOT NULL, `subject` text NOT NULL, `quarter` text NOT NULL, `share` integer NOT NULL, `category` text NOT NULL, `wish` text NOT NULL, `trend` text NOT NULL, `on_call` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_surveys_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "toilsurvey_team_id_quarter_subject" to table: "toil_surveys"
CREATE UNIQUE INDEX `toilsurvey_team_id_quarter_subject` ON `toil_surveys` (`team_id`, `quarter`, `subject`);
-- create index "toilsurvey_subject_quarter_id" to table: "toil_surveys"
CREATE INDEX `toilsurvey_subject_quarter_id` ON `toil_surveys` (`subject`, `quarter`, `id`);
-- create "toil_tickets" table
CREATE TABLE `toil_tickets` (`id` text NOT NULL, `repository` text NOT NULL, `number` integer NOT NULL, `title` text NOT NULL, `link` text NOT NULL, `assignees` text NOT NULL, `closed_at` datetime NOT NULL, `team_id` text NOT NULL, `service_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `toil_tickets_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE, CONSTRAINT `toil_tickets_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "toilticket_repository_number_team_id" to table: "toil_tickets"
CREATE UNIQUE INDEX `toilticket_repository_number_team_id` ON `toil_tickets` (`repository`, `number`, `team_id`);
-- create index "toilticket_team_id_closed_at" to table: "toil_tickets"
CREATE INDEX `toilticket_team_id_closed_at` ON `toil_tickets` (`team_id`, `closed_at`);
-- create index "toilticket_closed_at" to table: "toil_tickets"
CREATE INDEX `toilticket_closed_at` ON `toil_tickets` (`closed_at`);
-- create index "toilticket_service_id" to table: "toil_tickets"
CREATE INDEX `toilticket_service_id` ON `toil_tickets` (`service_id`);
-- create "tokens" table
CREATE TABLE `tokens` (`id` text NOT NULL, `kind` text NOT NULL, `name` text NOT NULL, `scopes` json NOT NULL, `hash` blob NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, `predecessor_id` text NULL, `successor_id` text NULL, `exchanged` bool NOT NULL, `version` integer NOT NULL, `person_id` text NULL, `team_id` text NULL, `workload_identity_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `tokens_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `tokens_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT, CONSTRAINT `tokens_workload_identities_workload_identity` FOREIGN KEY (`workload_identity_id`) REFERENCES `workload_identities` (`id`) ON DELETE CASCADE);
-- create index "token_person_id_id" to table: "tokens"
CREATE INDEX `token_person_id_id` ON `tokens` (`person_id`, `id`);
-- create index "token_team_id_id" to table: "tokens"
CREATE INDEX `token_team_id_id` ON `tokens` (`team_id`, `id`);
-- create index "token_workload_identity_id" to table: "tokens"
CREATE INDEX `token_workload_identity_id` ON `tokens` (`workload_identity_id`);
-- create index "token_expires_at" to table: "tokens"
CREATE INDEX `token_expires_at` ON `tokens` (`expires_at`) WHERE exchanged;
-- create "told_events" table
CREATE TABLE `told_events` (`id` text NOT NULL, `type` text NOT NULL, `matter` text NOT NULL, `is_end` bool NOT NULL, `happened_at` datetime NOT NULL, `team_id` text NULL, `service_id` text NULL, `slo_id` text NULL, `person_id` text NULL, `subject` text NOT NULL, `title` text NOT NULL, `text` text NOT NULL, `link` text NOT NULL, `figures` json NOT NULL, `once` text NULL, `outcome` text NOT NULL, `note` text NOT NULL, `team_slug` text NOT NULL, `service_slug` text NOT NULL, `routed_at` datetime NULL, `told_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "toldevent_unrouted" to table: "told_events"
CREATE INDEX `toldevent_unrouted` ON `told_events` (`id`) WHERE outcome = '';
-- create index "toldevent_digest" to table: "told_events"
CREATE INDEX `toldevent_digest` ON `told_events` (`routed_at`, `id`) WHERE outcome = 'digest';
-- create index "toldevent_digests" to table: "told_events"
CREATE INDEX `toldevent_digests` ON `told_events` (`team_id`, `told_at`) WHERE type = 'digest.weekly';
-- create index "toldevent_told_at_id" to table: "told_events"
CREATE INDEX `toldevent_told_at_id` ON `told_events` (`told_at`, `id`);
-- create index "toldevent_team_id_told_at_id" to table: "told_events"
CREATE INDEX `toldevent_team_id_told_at_id` ON `told_events` (`team_id`, `told_at`, `id`);
-- create index "toldevent_matter_id" to table: "told_events"
CREATE INDEX `toldevent_matter_id` ON `told_events` (`matter`, `id`);
-- create index "toldevent_once" to table: "told_events"
CREATE UNIQUE INDEX `toldevent_once` ON `told_events` (`once`);
-- create "tracker_lanes" table
CREATE TABLE `tracker_lanes` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `not_before` datetime NULL, `reason` text NOT NULL, `doublings` integer NOT NULL, `wrote_at` datetime NULL, `usage` json NOT NULL);
-- create index "trackerlane_name" to table: "tracker_lanes"
CREATE UNIQUE INDEX `trackerlane_name` ON `tracker_lanes` (`name`);
-- create "tracker_places" table
CREATE TABLE `tracker_places` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `listed_at` datetime NULL, `changes` integer NOT NULL, `ask_at` datetime NULL);
-- create index "trackerplace_name" to table: "tracker_places"
CREATE UNIQUE INDEX `trackerplace_name` ON `tracker_places` (`name`);
-- create "tracker_repositories" table
CREATE TABLE `tracker_repositories` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `seen_at` datetime NOT NULL, `archived` bool NOT NULL, `file` text NOT NULL, `owners` text NOT NULL, `etag` text NOT NULL, `problem` text NOT NULL);
-- create index "trackerrepository_name" to table: "tracker_repositories"
CREATE UNIQUE INDEX `trackerrepository_name` ON `tracker_repositories` (`name`);
-- create "violations" table
CREATE TABLE `violations` (`id` text NOT NULL, `clause` text NOT NULL, `attachment_id` text NOT NULL, `mode` text NOT NULL, `opened_at` datetime NOT NULL, `evidence` json NOT NULL, `handling` json NOT NULL, `ended_at` datetime NULL, `ending` text NOT NULL, `muted_until` datetime NULL, `version` integer NOT NULL, `policy_id` text NOT NULL, `revision_id` text NOT NULL, `slo_id` text NOT NULL, `service_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `violations_policies_policy` FOREIGN KEY (`policy_id`) REFERENCES `policies` (`id`) ON DELETE RESTRICT, CONSTRAINT `violations_policy_revisions_revision` FOREIGN KEY (`revision_id`) REFERENCES `policy_revisions` (`id`) ON DELETE RESTRICT, CONSTRAINT `violations_slos_slo` FOREIGN KEY (`slo_id`) REFERENCES `slos` (`id`) ON DELETE RESTRICT, CONSTRAINT `violations_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "violation_one_open" to table: "violations"
CREATE UNIQUE INDEX `violation_one_open` ON `violations` (`policy_id`, `clause`, `slo_id`) WHERE ended_at IS NULL;
-- create index "violation_open" to table: "violations"
CREATE INDEX `violation_open` ON `violations` (`id`) WHERE ended_at IS NULL;
-- create index "violation_live_id" to table: "violations"
CREATE INDEX `violation_live_id` ON `violations` (`id`) WHERE ended_at IS NULL OR muted_until IS NOT NULL;
-- create index "violation_live" to table: "violations"
CREATE INDEX `violation_live` ON `violations` (`slo_id`) WHERE ended_at IS NULL OR muted_until IS NOT NULL;
-- create index "violation_opened_at_id" to table: "violations"
CREATE INDEX `violation_opened_at_id` ON `violations` (`opened_at`, `id`);
-- create index "violation_ended_at" to table: "violations"
CREATE INDEX `violation_ended_at` ON `violations` (`ended_at`);
-- create index "violation_service_id_opened_at_id" to table: "violations"
CREATE INDEX `violation_service_id_opened_at_id` ON `violations` (`service_id`, `opened_at`, `id`);
-- create index "violation_slo_id_opened_at_id" to table: "violations"
CREATE INDEX `violation_slo_id_opened_at_id` ON `violations` (`slo_id`, `opened_at`, `id`);
-- create index "violation_policy_id_opened_at_id" to table: "violations"
CREATE INDEX `violation_policy_id_opened_at_id` ON `violations` (`policy_id`, `opened_at`, `id`);
-- create index "violation_revision_id" to table: "violations"
CREATE INDEX `violation_revision_id` ON `violations` (`revision_id`);
-- create "violation_events" table
CREATE TABLE `violation_events` (`id` text NOT NULL, `kind` text NOT NULL, `at` datetime NOT NULL, `by` text NOT NULL, `via` text NOT NULL, `text` text NOT NULL, `link` text NOT NULL, `source` text NULL, `violation_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `violation_events_violations_violation` FOREIGN KEY (`violation_id`) REFERENCES `violations` (`id`) ON DELETE RESTRICT);
-- create index "violationevent_violation_id_at_id" to table: "violation_events"
CREATE INDEX `violationevent_violation_id_at_id` ON `violation_events` (`violation_id`, `at`, `id`);
-- create index "violationevent_violation_id_source" to table: "violation_events"
CREATE UNIQUE INDEX `violationevent_violation_id_source` ON `violation_events` (`violation_id`, `source`);
-- create "webhook_deliveries" table
CREATE TABLE `webhook_deliveries` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `delivery` text NOT NULL, `event` text NOT NULL, `action` text NOT NULL, `repository` text NOT NULL, `payload` blob NULL, `received_at` datetime NOT NULL, `worked_at` datetime NULL, `due_at` datetime NULL, `attempts` integer NOT NULL, `error` text NOT NULL);
-- create index "webhookdelivery_delivery" to table: "webhook_deliveries"
CREATE UNIQUE INDEX `webhookdelivery_delivery` ON `webhook_deliveries` (`delivery`);
-- create index "webhookdelivery_due" to table: "webhook_deliveries"
CREATE INDEX `webhookdelivery_due` ON `webhook_deliveries` (`due_at`, `id`) WHERE due_at IS NOT NULL;
-- create index "webhookdelivery_received_at_id" to table: "webhook_deliveries"
CREATE INDEX `webhookdelivery_received_at_id` ON `webhook_deliveries` (`received_at`, `id`);
-- create index "webhookdelivery_given_up" to table: "webhook_deliveries"
CREATE INDEX `webhookdelivery_given_up` ON `webhook_deliveries` (`received_at`, `id`) WHERE worked_at IS NULL AND due_at IS NULL;
-- create "workload_identities" table
CREATE TABLE `workload_identities` (`id` text NOT NULL, `name` text NOT NULL, `issuer` text NOT NULL, `audience` text NOT NULL, `claims` json NOT NULL, `scopes` json NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `last_used_at` datetime NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `workload_identities_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE);
-- create index "workloadidentity_team_id_id" to table: "workload_identities"
CREATE INDEX `workloadidentity_team_id_id` ON `workload_identities` (`team_id`, `id`);
-- create index "workloadidentity_issuer_audience" to table: "workload_identities"
CREATE INDEX `workloadidentity_issuer_audience` ON `workload_identities` (`issuer`, `audience`);
