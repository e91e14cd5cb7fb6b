package api

import "time"

// Collection is how an SLO is read from its data source.
type Collection struct {
	Source         Ref              `json:"source" doc:"The data source that is asked."`
	Recording      *Recording       `json:"recording,omitempty" doc:"The rules that are installed in the data source and record its slots: it is read from them, with all others that are, and a slot that they lack by its own queries. Absent where there are none that count what the indicator does."`
	CollectedUntil time.Time        `json:"collectedUntil" doc:"Start of the first slot that is not collected yet."`
	AttemptedAt    *time.Time       `json:"attemptedAt" nullable:"true" doc:"When it was last asked; null before the first time."`
	SucceededAt    *time.Time       `json:"succeededAt" nullable:"true" doc:"When it last answered in full."`
	FailingSince   *time.Time       `json:"failingSince" nullable:"true" doc:"Since when it fails; null while it does not."`
	Failure        *CollectFailure  `json:"failure,omitempty" doc:"Absent while it does not fail."`
	LagSeconds     int64            `json:"lagSeconds" doc:"By how much collection is behind what could be read, in seconds."`
	MissingSlots   int64            `json:"missingSlots" doc:"Slots without data since it is collected. They are no data, and never budget."`
	Missing        map[string]int64 `json:"missing" doc:"The same by the reason: no_sample, not_number, negative, good_above, too_many, partial or ambiguous." example:"{\"no_sample\":12}"`
	LastMissing    *MissingSlot     `json:"lastMissing,omitempty" doc:"The newest slot without data; absent when there is none, or there is data of it all the same: a backfill found it since, or it was stored before it went missing."`
	Backfills      []Backfill       `json:"backfills" doc:"Those that are not finished."`
}

// Recording is what rules that are installed in a data source record of an SLO's slots.
type Recording struct {
	Group  string            `json:"group" doc:"The group of the rules." example:"evenkeel-checkout-availability"`
	File   string            `json:"file" doc:"Where the data source read it from." example:"/etc/prometheus/evenkeel-rules.yaml"`
	Good   string            `json:"good" doc:"The metric of the good events of a slot." example:"slo:good_events:slot1m"`
	Total  string            `json:"total" doc:"That of all events." example:"slo:total_events:slot1m"`
	Labels map[string]string `json:"labels" doc:"Those that the rules put on both." example:"{\"evenkeel_service\":\"checkout\",\"evenkeel_slo\":\"availability\"}"`
	Query  string            `json:"query" doc:"What is asked with each new slot, of all SLOs at once that are read so." example:"{__name__=~\"slo:good_events:slot1m|slo:total_events:slot1m\"}[5m]"`
	Since  time.Time         `json:"since" doc:"Since when this replica has found them there. Only slots that were recorded later are read from them."`
}

// CollectFailure is why nothing was learnt.
type CollectFailure struct {
	Kind    string `json:"kind" enum:"unavailable,refused,partial,not_taken,internal"`
	Message string `json:"message" doc:"For people: the first 300 characters, and … where there were more."`
}

// MissingSlot is the newest slot without data.
type MissingSlot struct {
	Start  time.Time `json:"start"`
	Reason string    `json:"reason" enum:"no_sample,not_number,negative,good_above,too_many,partial,ambiguous"`
	Detail string    `json:"detail"`
}

// Backfill is a past range of an SLO's slots that is read from its data source.
type Backfill struct {
	ID         string           `json:"id" doc:"Identifier (ULID)."`
	Service    Ref              `json:"service"`
	SLO        Ref              `json:"slo"`
	Cause      string           `json:"cause" enum:"request,indicator,outage" doc:"Somebody asked for it; an indicator is new, and its window has a past; or collection stood still for long."`
	From       time.Time        `json:"from"`
	To         time.Time        `json:"to" doc:"Exclusive."`
	State      string           `json:"state" enum:"queued,running,succeeded,failed,cancelled"`
	Progress   BackfillProgress `json:"progress"`
	Attempts   int              `json:"attempts" doc:"That failed since the last chunk that was read."`
	NextAt     *time.Time       `json:"nextAt" nullable:"true" doc:"When it is tried again after it failed."`
	Failure    *CollectFailure  `json:"failure,omitempty" doc:"Of the last attempt, when it failed."`
	Note       string           `json:"note,omitempty" doc:"Why it was cancelled."`
	CreatedAt  time.Time        `json:"createdAt"`
	CreatedBy  string           `json:"createdBy"`
	StartedAt  *time.Time       `json:"startedAt" nullable:"true"`
	FinishedAt *time.Time       `json:"finishedAt" nullable:"true"`
	Version    int64            `json:"version" doc:"Grows with what people do with it, not with its progress; also the ETag."`
}

// BackfillProgress is how far a backfill came, in slots.
type BackfillProgress struct {
	Slots       int64            `json:"slots" doc:"In the whole range."`
	Done        int64            `json:"done" doc:"That were read, the newest first."`
	Found       int64            `json:"found" doc:"Of those, with data."`
	Missing     map[string]int64 `json:"missing" doc:"Of those, without, by the reason." example:"{\"no_sample\":12}"`
	Percent     float64          `json:"percent" example:"62.5"`
	EstimatedAt *time.Time       `json:"estimatedAt" nullable:"true" doc:"About when it will have read all; null when that is unknown."`
}

// BackfillInput asks for a past range to be read.
type BackfillInput struct {
	Service string    `json:"service" maxLength:"63" doc:"Slug of the service, or its identifier." example:"checkout"`
	SLO     string    `json:"slo" maxLength:"63" doc:"Slug of the SLO within its service, or its identifier." example:"availability"`
	From    time.Time `json:"from" doc:"Start, at most 91 days ago." example:"2026-11-01T00:00:00Z"`
	To      time.Time `json:"to" doc:"End, exclusive; at most now. What has just ended is left to collection." example:"2026-11-23T00:00:00Z"`
}
