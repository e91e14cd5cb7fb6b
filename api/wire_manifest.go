package api

import "time"

// ManifestFile is a file of manifests.
type ManifestFile struct {
	Path string `json:"path" minLength:"1" maxLength:"500" doc:"As people know it; what is wrong is told with it." example:"services/checkout.yaml"`
	Text string `json:"text" doc:"YAML with a document for each manifest: apiVersion evenkeel/v1 and a kind, or openslo/v1."`
}

// ManifestInput is what is to be planned, or brought.
type ManifestInput struct {
	Set    string         `json:"set,omitempty" maxLength:"63" doc:"The set whose files these are, all of them: it keeps what they say from then on. It is made where it is not there. Left out, nothing is kept." example:"payments"`
	Team   string         `json:"team,omitempty" maxLength:"63" doc:"Slug or identifier of the team whose set it is; left out, as it is, or of a new one the team of the token, or else the platform." example:"payments"`
	Source string         `json:"source,omitempty" doc:"Address where the files are, for those who want to change something." example:"https://github.com/example/reliability"`
	Prune  bool           `json:"prune,omitempty" doc:"Has what the set said before, and says no more, end."`
	Digest string         `json:"digest,omitempty" maxLength:"64" doc:"Of the plan that is to be applied: where it would be another one by now, nothing is done (409 plan_changed). The plan that was applied last may be applied again while nothing is left to do. Left out, whatever it is."`
	Files  []ManifestFile `json:"files" maxItems:"5000"`
}

// ManifestPlan is what is done to bring manifests, or would be.
type ManifestPlan struct {
	Set     string         `json:"set,omitempty" example:"payments"`
	Digest  string         `json:"digest" doc:"Of what changes, whose the set is and where its files are: equal plans have the same."`
	Changed int            `json:"changed" doc:"How many steps change something; 0 where all is as it should be."`
	Refused int            `json:"refused" doc:"How many steps cannot be done; where there are any, nothing is done."`
	Counts  map[string]int `json:"counts" doc:"How many steps there are of each action."`
	Steps   []ManifestStep `json:"steps" doc:"In their order, those that do nothing left out."`
	Notes   []ManifestNote `json:"notes" doc:"What should be known of documents, and keeps nothing from being done."`
}

// ManifestStep is what is done to one thing.
type ManifestStep struct {
	Action  string           `json:"action" enum:"create,update,keep,restore,end,leave,none" doc:"keep has the set keep what is as it should be; end retires it, or removes what cannot be retired; leave lets something be that the set says no more, where prune is not set; none is of a thing that cannot be looked at."`
	Kind    string           `json:"kind" enum:"Team,System,Service,SLO,ErrorBudgetPolicy,Scorecard,Campaign,ManifestSet" doc:"ManifestSet where whose the set is changes, or where its files are."`
	Name    string           `json:"name" doc:"Its slug; of an SLO behind that of its service, of a campaign its name." example:"checkout/availability"`
	Path    string           `json:"path" doc:"The file that says it; empty of the set itself."`
	Line    int              `json:"line" doc:"Where the file says it; 0 where it says it no more."`
	Fields  []ManifestField  `json:"fields" doc:"Those that differ; of something new all that is said."`
	Refused *ManifestRefusal `json:"refused,omitempty" doc:"Why it cannot be done; absent where it can."`
}

// ManifestField is something of a thing that differs.
type ManifestField struct {
	Name   string `json:"name" doc:"JSON pointer into the manifest." example:"/objective"`
	Before any    `json:"before" doc:"As it was; null where there was nothing."`
	After  any    `json:"after" doc:"As it is to be; null where there is nothing."`
}

// ManifestRefusal is why something cannot be done.
type ManifestRefusal struct {
	Code     string            `json:"code" example:"forbidden"`
	Message  string            `json:"message"`
	Problems []ManifestProblem `json:"problems" doc:"Places in the file; empty where the message says all."`
}

// ManifestProblem is what is wrong at a place of a file.
type ManifestProblem struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Pointer string `json:"pointer" doc:"JSON pointer into the manifest."`
	Message string `json:"message"`
}

// ManifestNote is something that should be known of a document.
type ManifestNote struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// ManifestSet is a set of manifests that was brought here.
type ManifestSet struct {
	ID           string     `json:"id" doc:"Identifier (ULID)."`
	Slug         string     `json:"slug" example:"payments"`
	Team         *Ref       `json:"team,omitempty" doc:"Whose it is; absent of one that is the platform's."`
	Source       string     `json:"source" doc:"Address where its files are; empty where nobody said."`
	CreatedAt    time.Time  `json:"createdAt"`
	AppliedAt    time.Time  `json:"appliedAt" doc:"When it was brought last."`
	AppliedBy    string     `json:"appliedBy"`
	CheckedAt    *time.Time `json:"checkedAt" nullable:"true" doc:"When it was last compared with what there is; null for not yet."`
	Drifted      int        `json:"drifted" doc:"Of how many of its things what there is differed then."`
	DriftedSince *time.Time `json:"driftedSince,omitempty" doc:"Since when something of it differs without a break; absent where nothing does."`
	Version      int64      `json:"version" doc:"Grows each time it is brought; also the ETag."`
}

// Manifest is a thing that a set says there is.
type Manifest struct {
	ID         string           `json:"id" doc:"Identifier (ULID) in the set."`
	Kind       string           `json:"kind" enum:"Team,System,Service,SLO,ErrorBudgetPolicy,Scorecard,Campaign"`
	Name       string           `json:"name" example:"checkout/availability"`
	ResourceID string           `json:"resourceId" doc:"Identifier of the thing."`
	Path       string           `json:"path" doc:"The file that says it."`
	AppliedAt  time.Time        `json:"appliedAt" doc:"When it was brought last."`
	Released   *ManifestRelease `json:"released,omitempty" doc:"Since when the set keeps it no more, until it is brought again; absent where it does."`
	Drift      *ManifestDrift   `json:"drift,omitempty" doc:"How what there is differs; absent where it does not."`
}

// ManifestItem is a thing that a set says there is, with whose it is.
type ManifestItem struct {
	Manifest
	Set ManifestOf `json:"set" doc:"The set that says it."`
}

// ManifestOf is the set of a manifest.
type ManifestOf struct {
	Ref
	Team   *Ref   `json:"team,omitempty" doc:"Whose it is; absent of one that is the platform's."`
	Source string `json:"source" doc:"Address where its files are; empty where nobody said." example:"https://github.com/example/reliability"`
}

// ManifestDocument is a manifest with its text.
type ManifestDocument struct {
	Manifest
	Text string `json:"text" doc:"As it was brought last."`
}

// ManifestRelease is how a set came to keep something no more.
type ManifestRelease struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// ManifestDrift is how what there is differs from what was brought.
type ManifestDrift struct {
	Action  string          `json:"action" doc:"What would be done if the set were brought again, as of a step; none where it cannot be compared any more." example:"update"`
	Fields  []ManifestField `json:"fields"`
	Problem string          `json:"problem,omitempty" doc:"Why it cannot be compared any more; absent where it can."`
	SeenAt  time.Time       `json:"seenAt" doc:"When it was seen first."`
}

// ManifestReleaseInput is why a set is to keep something no more.
type ManifestReleaseInput struct {
	Reason string `json:"reason" doc:"Why, for the audit log and for those who look after the set." example:"Its repository cannot be reached, and the objective pages everybody."`
}
