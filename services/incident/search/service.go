package search

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// Reader is for whom restricted incidents are left out: nothing is of who reads all, and all
// that the person, who may be nobody, is not named in otherwise.
type Reader struct {
	All    bool
	Person id.ID
}

// Case is an incident as far as search tells of it.
type Case struct {
	ID          id.ID
	Title       string
	Severity    string
	Status      string
	ImpactStart time.Time
	Services    []id.ID
	Causes      []string
	Tags        []string
}

// Found is a document that has what was looked for, the best of its incident.
type Found struct {
	Case
	Document Document
}

// Hit is what is shown of it.
type Hit struct {
	Case
	Kind    Kind
	Subject id.ID
	Snippet []Part
}

// Store keeps documents and finds them.
type Store interface {
	// Put writes documents in place of those of their kind and subject, and Remove removes
	// those of the subjects, within the context's transaction.
	Put(ctx context.Context, documents []Document) error
	Remove(ctx context.Context, kind Kind, subjects []id.ID) error
	// Find lists the incidents that have a document with all terms, the best first, each by its
	// best one. There is one term at least. Of their cases services, causes and tags are left out.
	Find(ctx context.Context, q Query, who Reader, r page.Request) (page.Page[Found], error)
	// Case returns an incident that the reader may read; NotFound.
	Case(ctx context.Context, incident id.ID, who Reader) (Case, error)
	// Like returns those that have one of the words in a document of their own, and the newest
	// that involve one of the services, so many of each at most, in any order.
	Like(ctx context.Context, words []string, services []id.ID, who Reader, most int) ([]Case, error)
}

// Service finds incidents. Every method authorises the context's caller.
type Service struct {
	Store      Store
	Authorizer *access.Authorizer
}

// Search lists the incidents about which a text has all words of what somebody typed, the best
// first. What has no word finds nothing.
func (s *Service) Search(ctx context.Context, text string, r page.Request) (page.Page[Hit], error) {
	who, err := s.reader(ctx)
	if err != nil {
		return page.Page[Hit]{}, err
	}
	q := ParseQuery(text)
	if len(q.Terms) == 0 {
		return page.Page[Hit]{Items: []Hit{}}, nil
	}
	found, err := s.Store.Find(ctx, q, who, r)
	if err != nil {
		return page.Page[Hit]{}, fmt.Errorf("search for incidents: %w", err)
	}
	return page.Map(found, func(f Found) Hit {
		return Hit{Case: f.Case, Kind: f.Document.Kind, Subject: f.Document.Subject, Snippet: Snippet(f.Document.Text, q)}
	}), nil
}

func (s *Service) reader(ctx context.Context) (Reader, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIncident}); err != nil {
		return Reader{}, err
	}
	c := access.CallerFrom(ctx)
	return Reader{All: c.Kind == access.BySystem || c.Administers(), Person: c.Person}, nil
}
