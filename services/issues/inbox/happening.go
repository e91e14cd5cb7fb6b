package inbox

import (
	"time"

	"github.com/evenkeel/evenkeel/services/change"
)

// Happening is what a delivery tells, in words that every tracker has. Of an issue of
// Evenkeel's the state is left out: it is read again. Of deployments what is told is
// kept, with the times at which it was so, from which its order follows.
type Happening struct {
	// Kind is what there is to do; empty when there is nothing.
	Kind Kind
	// Repository is where it happened; none of PlacesBack.
	Repository Repository
	// Issue is what it happened to, of IssueChanged, IssueMoved and Commented.
	Issue Issue
	// State is how the issue was then, of IssueChanged.
	State IssueState
	// MovedTo is where the issue is now, of IssueMoved.
	MovedTo Issue
	// Former is what the repository was called, "owner/name", when it has another name now.
	Former string
	// Back is whether the repository may take again what it did not, of RepositoryChanged.
	Back bool
	// Owner is whose repositories, and Names which of them, "owner/name", may take again
	// what they did not, of PlacesBack; none for all of the owner's.
	Owner string
	Names []string
	// Sender is who did it.
	Sender Sender
	// Comment is what was written, of Commented.
	Comment Comment
	// Deployment is what is told of one, of Deployed.
	Deployment change.Deployment
}

// Kind is what follows from a happening.
type Kind string

// The kinds.
const (
	IssueChanged      Kind = "issue_changed"      // it is to be read again
	IssueMoved        Kind = "issue_moved"        // to another repository
	RepositoryChanged Kind = "repository_changed" // renamed, moved, archived, deleted, made public
	PlacesBack        Kind = "places_back"        // the app may do in repositories what it could not
	Commented         Kind = "commented"          // somebody wrote a comment
	Deployed          Kind = "deployed"           // a deployment was made, or came to a state
)

// Repository is a repository on the tracker. It keeps its ID whatever it is called.
type Repository struct {
	ID   int64
	Name string // "owner/name"
}

// Issue is an issue on the tracker. Its number is of its repository; NodeID is its own.
type Issue struct {
	Repository Repository
	Number     int
	NodeID     string
}

// IssueState is how an issue was when something happened to it.
type IssueState struct {
	// Closed is when it was closed; zero of one that is open, or is there no more.
	Closed    time.Time
	Title     string
	Labels    []string
	Assignees []string // logins
}

// Sender is who did something on the tracker.
type Sender struct {
	Login string
	Bot   bool // a program's account
	Self  bool // Evenkeel's own
}

// Comment is what somebody wrote on an issue.
type Comment struct {
	ID   int64
	Body string
	URL  string
}
