// Package jobs runs what has to be done again and again: schedules, one run for
// each scheduled time whatever the number of replicas, leases with epochs so
// that a replica that stalled cannot write afterwards, and the record of runs.
// What a job does belongs to the domain it comes from. The only importer of
// robfig/cron.
package jobs
