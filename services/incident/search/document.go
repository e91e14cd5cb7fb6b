package search

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Kind is what a document is of.
type Kind string

// The kinds.
const (
	OfIncident   Kind = "incident"
	OfNote       Kind = "note"
	OfPostmortem Kind = "postmortem"
)

// maxBytes is how long the words of a text are together: PostgreSQL keeps 1 MB of them.
const maxBytes = 500_000

// Document is a text about an incident; of a kind and a subject there is one. Title weighs more:
// of what hangs on an incident it is the incident's, so that words of both find it together.
type Document struct {
	Kind      Kind
	Subject   id.ID // such as that of the note; of the incident itself its own
	Incident  id.ID
	Title     string
	Text      string
	UpdatedAt time.Time
}

// Indexed are the words that a document is found by, those of its title apart.
func (d Document) Indexed() (title, text []string) {
	title = texts(d.Title, MaxWords)
	text = texts(d.Text, MaxWords-len(title))
	room := maxBytes
	for n, w := range text {
		if room -= len(w); room < 0 {
			return title, text[:n]
		}
	}
	return title, text
}
