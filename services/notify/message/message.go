package message

import (
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// Message is an event as its receiver is told of it.
type Message struct {
	// ID is the event's: the same whenever it is sent again.
	ID string
	event.Event
	Urgency event.Urgency
	// Lasts says that another event will end the matter that begins with it.
	Lasts bool
	// Begin is the event with which the matter began; the event itself where it did so, or
	// where that is not known any more.
	Begin                   event.Event
	BeginID                 string
	BeginUrgency            event.Urgency
	BeginTeam, BeginService string // slugs, as they were then
	// Team and Service are the slugs of those that it is of, empty where there is none.
	Team, Service string
	// Source is where people reach Evenkeel, such as "https://evenkeel.example.org".
	Source string
	Now    time.Time
	// Until is how long the receiver is to take it for true when it hears no more.
	Until time.Time
}

// URL is where the event is shown.
func (m Message) URL() string {
	if m.Link == "" {
		return m.Source + "/"
	}
	return m.Source + m.Link
}

// line is a text in one line.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// cut keeps the first characters of a text, and says by "…" that there were more.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
