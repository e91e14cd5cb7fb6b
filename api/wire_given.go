package api

import "time"

// GivenFact says that there is a fact of services which programs push or people attest.
type GivenFact struct {
	Name string `json:"name" example:"restoreDrill"`
	Type string `json:"type" enum:"number,text,truth,numbers,texts,age"`
	GivenFactTerms
	BuiltIn   bool       `json:"builtIn" doc:"Whether it comes with Evenkeel, and nobody changes it."`
	CreatedAt *time.Time `json:"createdAt,omitempty" doc:"Absent of what is built in."`
	CreatedBy string     `json:"createdBy"`
	UpdatedAt *time.Time `json:"updatedAt,omitempty"`
	UpdatedBy string     `json:"updatedBy"`
	Version   int64      `json:"version" doc:"Grows with each change; also the ETag."`
}

// GivenFactTerms are what is declared of a fact beside its name and type.
type GivenFactTerms struct {
	Doc         string   `json:"doc" doc:"What it is; 1 to 500 characters in one line." example:"When the data of the service was last restored from a backup, and checked."`
	Unit        string   `json:"unit,omitempty" doc:"Of numbers; at most 40 characters." example:"requests a second"`
	Values      []string `json:"values,omitempty" doc:"All values that a text can be, or all names that numbers can have: at most 50. Left out, they can be any."`
	Ways        []string `json:"ways" enum:"pushed,attested" doc:"How it is given: pushed by programs and members of the team, attested by people with evidence."`
	LongestDays int      `json:"longestDays,omitempty" doc:"For how many days what is given holds at most: 1 to 730; 180 when left out." example:"180"`
}

// GivenFactInput declares a fact.
type GivenFactInput struct {
	Name string `json:"name" doc:"In camel case, 3 to 60 characters; conditions name it so. No other fact of services has it." example:"penetrationTest"`
	Type string `json:"type" enum:"number,text,truth,numbers,texts,age" doc:"numbers and texts are by name. An age is given as the time at which something happened, and known to conditions as the days since."`
	GivenFactTerms
}

// FactValue is the value of a fact: the one member that belongs to its type.
type FactValue struct {
	Number  *float64           `json:"number,omitempty" doc:"Of the type number."`
	Text    *string            `json:"text,omitempty" doc:"Of the type text: one line of at most 300 characters."`
	Truth   *bool              `json:"truth,omitempty" doc:"Of the type truth."`
	Numbers map[string]float64 `json:"numbers,omitzero" doc:"Of the type numbers: by name, of which there are at most 100."`
	Texts   map[string]string  `json:"texts,omitzero" doc:"Of the type texts: by name, of which there are at most 100."`
	Time    *time.Time         `json:"time,omitempty" doc:"Of the type age: when it happened." example:"2026-11-20T09:00:00Z"`
}

// FactPush is what is said of a fact.
type FactPush struct {
	FactValue
	Source     string     `json:"source" doc:"Which program says so; 1 to 200 characters." example:"k6 in the pipeline"`
	Link       string     `json:"link,omitempty" doc:"To what shows it (http or https)." example:"https://ci.example.org/runs/4711"`
	ObservedAt *time.Time `json:"observedAt,omitempty" doc:"When it was so; now when left out. What was observed earlier never takes the place of what was observed later." example:"2026-11-27T10:00:00Z"`
	TTLSeconds int64      `json:"ttlSeconds,omitempty" minimum:"0" maximum:"63072000" doc:"For how long it holds since then, from 60; as long as the fact allows when left out." example:"604800"`
}

// NamedFactPush is what is said of a fact that it names.
type NamedFactPush struct {
	Fact string `json:"fact" doc:"Its name." example:"loadTested"`
	FactPush
}

// ServiceFactPush is what is said of a fact of a service that it names.
type ServiceFactPush struct {
	Service string `json:"service" doc:"Slug or identifier." example:"checkout"`
	NamedFactPush
}

// ServiceFactPushes are facts of one service.
type ServiceFactPushes struct {
	Facts []NamedFactPush `json:"facts" doc:"1 to 50."`
}

// FactBatch is facts of many services.
type FactBatch struct {
	Facts []ServiceFactPush `json:"facts" doc:"1 to 1,000."`
}

// FactPushReply is what became of facts that were pushed.
type FactPushReply struct {
	Facts     int `json:"facts" doc:"How many there were."`
	Written   int `json:"written"`
	Unchanged int `json:"unchanged" doc:"What was said already, to the letter."`
	Older     int `json:"older" doc:"What was not taken, for what was observed later is known."`
}

// PushedFact is what was pushed last of a fact of a service.
type PushedFact struct {
	Fact  string `json:"fact"`
	Holds bool   `json:"holds" doc:"Whether it is known now: it was pushed, not withdrawn, and its time is not over."`
	FactValue
	Source   string     `json:"source"`
	Link     string     `json:"link"`
	Observed *time.Time `json:"observedAt,omitempty" doc:"Absent of what nobody ever pushed."`
	Until    *time.Time `json:"until,omitempty" doc:"It holds before that."`
	PushedAt *time.Time `json:"pushedAt,omitempty"`
	PushedBy string     `json:"pushedBy"`
	Version  int64      `json:"version" doc:"1 as long as nobody pushed it; also the ETag."`
}

// ServiceFacts are all facts of a service.
type ServiceFacts struct {
	Facts []ServiceFact `json:"facts" doc:"Those that are given first, then those of domains."`
}

// ServiceFact is what is known of a service by one name.
type ServiceFact struct {
	Name        string   `json:"name" example:"restoreDrill"`
	Type        string   `json:"type" enum:"number,text,truth,numbers,texts,age"`
	Doc         string   `json:"doc"`
	Unit        string   `json:"unit"`
	Values      []string `json:"values" doc:"All that it can be; none where it can be anything."`
	By          string   `json:"by" doc:"Who tells it: the domain, or given." example:"given"`
	Ways        []string `json:"ways" enum:"pushed,attested" doc:"How it is given; none of what a domain tells."`
	LongestDays int      `json:"longestDays,omitempty" doc:"For how many days what is given holds at most."`
	Known       bool     `json:"known" doc:"Whether it is; else there is no value, and never a default."`
	FactValue
	Given *GivenBy `json:"given,omitempty" doc:"Who gave it; absent of what is not known, and of what a domain tells."`
}

// GivenBy is who gave a fact, and until when it holds.
type GivenBy struct {
	Way           string    `json:"way" enum:"pushed,attested"`
	Source        string    `json:"source" doc:"The program that pushed it, or the person who attested it."`
	At            time.Time `json:"at" doc:"When it was observed or attested."`
	Until         time.Time `json:"until" doc:"It holds before that."`
	Link          string    `json:"link" doc:"To what shows it."`
	AttestationID string    `json:"attestationId,omitempty" doc:"Absent of what was pushed."`
}

// Attestation is what a person says of a fact of a service.
type Attestation struct {
	ID        string `json:"id" doc:"Identifier (ULID)."`
	ServiceID string `json:"serviceId"`
	Fact      string `json:"fact"`
	FactValue
	Evidence   string          `json:"evidence" example:"https://wiki.example.org/restore-drill"`
	Note       string          `json:"note" doc:"Plain text."`
	State      string          `json:"state" enum:"in_force,expired,replaced,withdrawn,removed" doc:"replaced by a newer one; removed with the declaration of its fact."`
	AttestedAt time.Time       `json:"attestedAt"`
	ExpiresAt  time.Time       `json:"expiresAt" doc:"It holds before that."`
	PersonID   string          `json:"personId"`
	By         string          `json:"by" doc:"The name of the person, as it was."`
	Ended      *AttestationEnd `json:"ended,omitempty" doc:"How it came to hold no more."`
	Version    int64           `json:"version" doc:"Grows with each change; also the ETag."`
}

// AttestationEnd is how an attestation came to hold no more.
type AttestationEnd struct {
	At     time.Time `json:"at"`
	By     string    `json:"by" doc:"Empty of what expired."`
	Reason string    `json:"reason"`
}

// AttestationInput is what is attested.
type AttestationInput struct {
	Fact string `json:"fact" doc:"Its name." example:"restoreDrill"`
	FactValue
	Evidence  string    `json:"evidence" doc:"Where it is seen: an https address." example:"https://wiki.example.org/restore-drill"`
	Note      string    `json:"note,omitempty" doc:"At most 1,000 characters."`
	ExpiresAt time.Time `json:"expiresAt" doc:"After now, and at most as many days from now as the fact allows." example:"2027-05-01T00:00:00Z"`
}

// AttestationWithdrawal says why an attestation does not hold.
type AttestationWithdrawal struct {
	Reason string `json:"reason" doc:"1 to 1,000 characters." example:"The drill was of another service."`
}
