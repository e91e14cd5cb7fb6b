package api

import "time"

// Exemption excuses a service from a check of a scorecard for a time, or was asked for.
type Exemption struct {
	ID         string             `json:"id" doc:"Identifier (ULID)."`
	Service    Ref                `json:"service"`
	Scorecard  Ref                `json:"scorecard"`
	Check      string             `json:"check" doc:"The ID of the check." example:"load-tested"`
	CheckTitle string             `json:"checkTitle" doc:"Empty where the scorecard does not ask for it any more."`
	Reason     string             `json:"reason"`
	Link       string             `json:"link" doc:"Where there is more to read; may be empty."`
	Until      time.Time          `json:"until" doc:"The check counts again from then on."`
	State      string             `json:"state" enum:"waiting,in_force,rejected,withdrawn,ended,expired,lapsed,gone" doc:"lapsed is what nobody decided in its time, gone what the scorecard does not ask for any more."`
	AskedAt    time.Time          `json:"askedAt"`
	PersonID   string             `json:"personId" doc:"Who asked for it; somebody else decides."`
	AskedBy    string             `json:"askedBy"`
	Approval   *ExemptionApproval `json:"approval,omitempty" doc:"Absent while nobody approved it."`
	Ended      *ExemptionEnd      `json:"ended,omitempty" doc:"How it came to be over; absent while nobody ended it. That it expired is written within the hour."`
	Acts       []Act              `json:"acts" doc:"What can be done to it, and whether whoever reads this may, as it is now. It can change while the version does not."`
	Version    int64              `json:"version" doc:"Grows with each change; also the ETag."`
}

// ExemptionApproval is another person's consent.
type ExemptionApproval struct {
	At       time.Time `json:"at"`
	PersonID string    `json:"personId"`
	By       string    `json:"by"`
	Reason   string    `json:"reason" doc:"May be empty."`
}

// ExemptionEnd is how an exemption came to be over.
type ExemptionEnd struct {
	At     time.Time `json:"at"`
	By     string    `json:"by" doc:"Empty where it was nobody's decision."`
	Reason string    `json:"reason"`
}

// ExemptionInput asks to excuse a service from a check.
type ExemptionInput struct {
	Service   string    `json:"service" doc:"Slug or identifier." example:"checkout"`
	Scorecard string    `json:"scorecard" doc:"Slug or identifier." example:"production-readiness"`
	Check     string    `json:"check" doc:"The ID of one of its checks." example:"load-tested"`
	Reason    string    `json:"reason" doc:"Why the service cannot pass it for now, for who approves it: 1 to 1,000 characters." example:"The load test needs the new cluster, which is there in January."`
	Link      string    `json:"link,omitempty" doc:"Where there is more to read (http or https)." example:"https://tracker.example.org/4711"`
	Until     time.Time `json:"until" doc:"In the future, at most 365 days from now." example:"2027-02-01T00:00:00Z"`
}
