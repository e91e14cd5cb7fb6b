package api

import "time"

// LaunchReview is asked for before a service is launched.
type LaunchReview struct {
	ID         string            `json:"id" doc:"Identifier (ULID)."`
	Service    Ref               `json:"service"`
	Scorecard  Ref               `json:"scorecard"`
	RevisionID string            `json:"revisionId" doc:"Of the scorecard, by which the evidence is."`
	Level      string            `json:"level" doc:"That the service is to reach." example:"Silver"`
	PlannedOn  string            `json:"plannedOn" format:"date"`
	Note       string            `json:"note"`
	State      string            `json:"state" enum:"waiting,signed_off,rejected,expired"`
	Evidence   LaunchEvidence    `json:"evidence" doc:"What the service came to when the review was asked for; it never changes."`
	AskedAt    time.Time         `json:"askedAt"`
	PersonID   string            `json:"personId" doc:"Who asked; somebody else decides."`
	AskedBy    string            `json:"askedBy"`
	Decision   *LaunchDecision   `json:"decision,omitempty" doc:"Absent while nobody decided."`
	Conditions []LaunchCondition `json:"conditions" doc:"Of a sign-off, in order."`
	Acts       []Act             `json:"acts" doc:"What can be done to it, and whether whoever reads this may, as it is now. It can change while the version does not."`
	Version    int64             `json:"version" doc:"Grows with each change; also the ETag."`
}

// LaunchEvidence is what a service came to.
type LaunchEvidence struct {
	At     time.Time     `json:"at"`
	Level  string        `json:"level" doc:"Empty below the lowest."`
	Meets  bool          `json:"meets" doc:"Whether that is the level that was to be reached, or a higher one."`
	Score  *int          `json:"score" nullable:"true" doc:"In percent; null where nothing counts."`
	Checks []LaunchCheck `json:"checks" doc:"In the scorecard's order."`
}

// LaunchCheck is what one check came to.
type LaunchCheck struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Level   string          `json:"level"`
	Outcome string          `json:"outcome" enum:"pass,fail,unknown,not_applicable,exempt,error"`
	Counts  bool            `json:"counts"`
	Why     string          `json:"why,omitempty" doc:"Of what is unknown or could not be judged."`
	Facts   []CheckEvidence `json:"facts" doc:"What it was judged by."`
}

// LaunchDecision is another person's.
type LaunchDecision struct {
	At       time.Time  `json:"at"`
	PersonID string     `json:"personId"`
	By       string     `json:"by"`
	Reason   string     `json:"reason" doc:"May be empty of a sign-off of a service that was at the level."`
	Until    *time.Time `json:"until,omitempty" doc:"The sign-off holds before that; absent of a rejection."`
}

// LaunchCondition is what is to be done by a day for a sign-off.
type LaunchCondition struct {
	LaunchConditionInput
	Overdue bool        `json:"overdue" doc:"Whether it is not done, and its day is over."`
	Done    *LaunchDone `json:"done,omitempty"`
}

// LaunchConditionInput is what is to be done by a day.
type LaunchConditionInput struct {
	Text  string `json:"text" doc:"1 to 1,000 characters." example:"The restore drill is done."`
	DueOn string `json:"dueOn" doc:"Today or later, and not after the end of the sign-off." example:"2027-01-15"`
}

// LaunchDone is who says that a condition is met.
type LaunchDone struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Note string    `json:"note"`
}

// LaunchReviewInput asks for a review.
type LaunchReviewInput struct {
	Service   string `json:"service" doc:"Slug or identifier." example:"checkout"`
	Scorecard string `json:"scorecard" doc:"Slug or identifier." example:"production-readiness"`
	Level     string `json:"level" doc:"The name of the level that the service is to reach." example:"Silver"`
	PlannedOn string `json:"plannedOn" doc:"Of the launch: today or later, at most 365 days from now." example:"2027-01-11"`
	Note      string `json:"note,omitempty" doc:"For who reviews it: at most 4,000 characters."`
}

// LaunchSignOff signs a launch off.
type LaunchSignOff struct {
	Until      time.Time              `json:"until" doc:"In the future, at most 365 days from now." example:"2027-07-01T00:00:00Z"`
	Reason     string                 `json:"reason,omitempty" doc:"Needed where the service was below the level: at most 1,000 characters."`
	Conditions []LaunchConditionInput `json:"conditions,omitempty" doc:"At most 20."`
}

// LaunchMet says that a condition is met.
type LaunchMet struct {
	Note string `json:"note" doc:"Where it is seen: 1 to 1,000 characters." example:"The drill of 12 January: https://wiki.example.org/drill"`
}
