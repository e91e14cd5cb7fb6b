package onboarding

import (
	"context"
	"errors"
	"time"
)

// Told is what a code host tells of a repository in a list.
type Told struct {
	HostID, FullName, Address string
	Facts                     Facts
	PushedAt                  *time.Time // nil where nobody pushed yet
}

// ErrBusy says that a host is not to be asked for more now.
var ErrBusy = errors.New("the host is not to be asked for more now")

// Host is a code host with repositories. Errors are told to who reads the job's runs.
type Host interface {
	// Repositories tells of all that can be seen, some at a time. An error, of each or of the host,
	// means that not all were told.
	Repositories(ctx context.Context, each func([]Told) error) error
	// Look looks into a repository, given what was seen when it was looked into last. What is wrong
	// with that repository is in its Problem. ErrBusy is in the error where the host is not to be asked
	// for more now.
	Look(ctx context.Context, fullName string, before Look) (Look, error)
	// FullName is "owner/name" in lower case of an address of a repository of the host, as people write
	// it; empty for what is none.
	FullName(address string) string
}
