package api

import "time"

// AlertTerms say which alerts are raised of an SLO.
type AlertTerms struct {
	Off          []string `json:"off" enum:"1h/5m,6h/30m,1d/2h,3d/6h,absent,page,ticket" doc:"The alerts that are switched off: burn pairs by their long and short window, absent, and severities, which stand for all of that severity."`
	MinBadEvents int64    `json:"minBadEvents" doc:"How many bad events the long window of a pair holds at least when its alert starts." example:"3"`
}

// AlertTermsInput say which alerts are to be raised of an SLO.
type AlertTermsInput struct {
	Off          []string `json:"off,omitempty" maxItems:"7" enum:"1h/5m,6h/30m,1d/2h,3d/6h,absent,page,ticket" doc:"The alerts to switch off, each once: burn pairs by their long and short window, absent, and severities, which stand for all of that severity. absent is a page." example:"[\"3d/6h\"]"`
	MinBadEvents int64    `json:"minBadEvents,omitempty" minimum:"1" doc:"How many bad events the long window of a pair holds at least when its alert starts. When left out 3, which is the least that a single event is never counted as, or 1 where slices of time are counted."`
}

// Alert is one episode in which an SLO burned its budget too fast, or was not measured.
type Alert struct {
	ID              string                `json:"id" doc:"Identifier (ULID) of the episode."`
	Service         Ref                   `json:"service"`
	SLO             Ref                   `json:"slo"`
	Kind            string                `json:"kind" enum:"1h/5m,6h/30m,1d/2h,3d/6h,absent" doc:"The burn pair, by its long and short window; absent when the measurements stay away."`
	Severity        string                `json:"severity" enum:"page,ticket"`
	Open            bool                  `json:"open" doc:"Whether it lasts."`
	StartedAt       time.Time             `json:"startedAt"`
	EndedAt         *time.Time            `json:"endedAt" nullable:"true"`
	Ending          *string               `json:"ending" nullable:"true" enum:"recovered,retired,revised,switched_off" doc:"Why it ended; null while it lasts. revised: the SLO's new terms, or its new indicator, do not sustain it."`
	QuietSince      *time.Time            `json:"quietSince" nullable:"true" doc:"Since when the pair is not above its factor any more. It ends when that was so for the length of the short window."`
	PeakRate        *float64              `json:"peakRate" nullable:"true" doc:"The highest burn rate over the long window so far; null where the measurements stay away." example:"33.3"`
	Evidence        AlertEvidence         `json:"evidence" doc:"What was known when it started, frozen."`
	Acknowledgement *AlertAcknowledgement `json:"acknowledgement,omitempty" doc:"Who looks after it; absent until somebody says so."`
}

// AlertEvidence is what was known when an alert started.
type AlertEvidence struct {
	SLORevisionID string           `json:"sloRevisionId"`
	Objective     string           `json:"objective" example:"99.9%"`
	WindowDays    int              `json:"windowDays" doc:"Length of the SLO's own window, from which the factor follows." example:"28"`
	WindowEnd     time.Time        `json:"windowEnd" doc:"Where all windows ended, exclusive."`
	Burn          *BurnEvidence    `json:"burn,omitempty" doc:"Of a burn pair."`
	Silence       *SilenceEvidence `json:"silence,omitempty" doc:"Of measurements that stay away."`
}

// BurnEvidence is what the windows of a burn pair held.
type BurnEvidence struct {
	Factor       float64  `json:"factor" doc:"Above which both rates were." example:"13.44"`
	Long         BurnRate `json:"long"`
	Short        BurnRate `json:"short"`
	MinBadEvents int64    `json:"minBadEvents" doc:"How many bad events the long window had to hold."`
}

// SilenceEvidence is since when no measurement came.
type SilenceEvidence struct {
	Latest       time.Time `json:"latest" doc:"End of the newest slot that there was."`
	AfterSeconds int64     `json:"afterSeconds" doc:"After which silence it started." example:"484"`
}

// AlertAcknowledgement says who looks after an alert.
type AlertAcknowledgement struct {
	At   time.Time `json:"at"`
	By   string    `json:"by" example:"Ada Lovelace"`
	Note string    `json:"note"`
}

// AcknowledgementInput says that the caller looks after an alert.
type AcknowledgementInput struct {
	Note string `json:"note,omitempty" doc:"What is known or done; at most 500 characters." example:"The database is full; I am making room."`
}

// AlertTally is how many alerts last.
type AlertTally struct {
	Open   int `json:"open" doc:"The sum of both severities." example:"3"`
	Page   int `json:"page" example:"1"`
	Ticket int `json:"ticket" example:"2"`
}
