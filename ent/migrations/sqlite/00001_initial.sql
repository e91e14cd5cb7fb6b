-- +goose Up
-- create "audit_entries" table
CREATE TABLE `audit_entries` (`id` text NOT NULL, `at` datetime NOT NULL, `outcome` text NOT NULL, `actor_kind` text NOT NULL, `actor_person` text NOT NULL, `actor_team` text NOT NULL, `actor_token` text NOT NULL, `actor_name` text NOT NULL, `action` text NOT NULL, `object_kind` text NOT NULL, `object_id` text NOT NULL, `object_label` text NOT NULL, `team` text NOT NULL, `reason` text NOT NULL, `changes` text NOT NULL, PRIMARY KEY (`id`));
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
-- create "dependencies" table
CREATE TABLE `dependencies` (`id` text NOT NULL, `criticality` text NOT NULL, `failure_mode` text NOT NULL, `timeout_us` integer NOT NULL, `retry` text NOT NULL, `breaker` text NOT NULL, `bulkhead` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `service_id` text NOT NULL, `on_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `dependencies_services_service` FOREIGN KEY (`service_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT, CONSTRAINT `dependencies_services_on` FOREIGN KEY (`on_id`) REFERENCES `services` (`id`) ON DELETE RESTRICT);
-- create index "dependency_service_id_on_id" to table: "dependencies"
CREATE UNIQUE INDEX `dependency_service_id_on_id` ON `dependencies` (`service_id`, `on_id`);
-- create index "dependency_on_id" to table: "dependencies"
CREATE INDEX `dependency_on_id` ON `dependencies` (`on_id`);
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
-- create "leases" table
CREATE TABLE `leases` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `holder` text NOT NULL, `epoch` integer NOT NULL, `expires_at` datetime NOT NULL);
-- create index "lease_name" to table: "leases"
CREATE UNIQUE INDEX `lease_name` ON `leases` (`name`);
-- create "members" table
CREATE TABLE `members` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `joined_at` datetime NOT NULL, `team_id` text NOT NULL, `person_id` text NOT NULL, CONSTRAINT `members_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE CASCADE, CONSTRAINT `members_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- create index "member_team_id_person_id" to table: "members"
CREATE UNIQUE INDEX `member_team_id_person_id` ON `members` (`team_id`, `person_id`);
-- create index "member_person_id" to table: "members"
CREATE INDEX `member_person_id` ON `members` (`person_id`);
-- create "people" table
CREATE TABLE `people` (`id` text NOT NULL, `display_name` text NOT NULL, `email` text NOT NULL, `administrator` bool NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `deactivated_at` datetime NULL, `version` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "person_display_name_id" to table: "people"
CREATE INDEX `person_display_name_id` ON `people` (`display_name`, `id`);
-- create "services" table
CREATE TABLE `services` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `kind` text NOT NULL, `tier` integer NOT NULL, `lifecycle` text NOT NULL, `repository` text NOT NULL, `on_call` text NOT NULL, `runbook` text NOT NULL, `dashboard` text NOT NULL, `docs` text NOT NULL, `contact` text NOT NULL, `labels` json NOT NULL, `annotations` json NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `retired_at` datetime NULL, `version` integer NOT NULL, `team_id` text NOT NULL, `system_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `services_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT, CONSTRAINT `services_systems_system` FOREIGN KEY (`system_id`) REFERENCES `systems` (`id`) ON DELETE RESTRICT);
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
-- create "slugs" table
CREATE TABLE `slugs` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `noun` text NOT NULL, `scope` text NOT NULL, `slug` text NOT NULL, `target_id` text NOT NULL, `current` bool NOT NULL);
-- create index "slug_noun_scope_slug" to table: "slugs"
CREATE UNIQUE INDEX `slug_noun_scope_slug` ON `slugs` (`noun`, `scope`, `slug`);
-- create index "slug_target_current" to table: "slugs"
CREATE UNIQUE INDEX `slug_target_current` ON `slugs` (`target_id`) WHERE current;
-- create index "slug_target" to table: "slugs"
CREATE INDEX `slug_target` ON `slugs` (`target_id`);
-- create "systems" table
CREATE TABLE `systems` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `team_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `systems_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "system_slug" to table: "systems"
CREATE UNIQUE INDEX `system_slug` ON `systems` (`slug`);
-- create index "system_team_id_slug" to table: "systems"
CREATE INDEX `system_team_id_slug` ON `systems` (`team_id`, `slug`);
-- create "teams" table
CREATE TABLE `teams` (`id` text NOT NULL, `slug` text NOT NULL, `name` text NOT NULL, `description` text NOT NULL, `contact` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `version` integer NOT NULL, `parent_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `teams_teams_children` FOREIGN KEY (`parent_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "team_slug" to table: "teams"
CREATE UNIQUE INDEX `team_slug` ON `teams` (`slug`);
-- create index "team_parent_id_slug" to table: "teams"
CREATE INDEX `team_parent_id_slug` ON `teams` (`parent_id`, `slug`);
-- create "tokens" table
CREATE TABLE `tokens` (`id` text NOT NULL, `kind` text NOT NULL, `name` text NOT NULL, `scopes` json NOT NULL, `hash` blob NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, `version` integer NOT NULL, `person_id` text NULL, `team_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `tokens_people_person` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE RESTRICT, CONSTRAINT `tokens_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE RESTRICT);
-- create index "token_person_id_id" to table: "tokens"
CREATE INDEX `token_person_id_id` ON `tokens` (`person_id`, `id`);
-- create index "token_team_id_id" to table: "tokens"
CREATE INDEX `token_team_id_id` ON `tokens` (`team_id`, `id`);
