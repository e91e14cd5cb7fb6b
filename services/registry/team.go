package registry

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// Team owns services. Teams form a tree; reports roll up along it.
type Team struct {
	ID          id.ID
	Slug        string
	Name        string
	Description string
	Parent      id.ID // empty at the root
	Contact     string
	// DefaultRepository is the address where issues go of services that have none.
	DefaultRepository string
	// IssueAssignee is the person to whom the team's issues are assigned; empty for nobody.
	IssueAssignee id.ID
	// Managed is which fields are kept elsewhere, by whom.
	Managed   managed.Set
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Member is a person's membership of a team.
type Member struct {
	Team     id.ID
	Person   id.ID
	Name     string // the person's display name
	JoinedAt time.Time
	// Manager keeps the membership elsewhere, such as managed.Catalog; empty for one that
	// somebody entered here.
	Manager string
}

// System groups services that together do one thing for a user.
type System struct {
	ID          id.ID
	Slug        string
	Name        string
	Description string
	Team        id.ID
	Managed     managed.Set // which fields are kept elsewhere, by whom
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}
