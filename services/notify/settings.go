package notify

import (
	"context"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/access"
)

// Mode is how far notifications go.
type Mode string

// The modes.
const (
	Off     Mode = "off"     // events are kept, and told to nobody
	Observe Mode = "observe" // what would be sent where is written down, and not sent
	On      Mode = "on"
)

// Settings are the operator's.
type Settings struct {
	Mode Mode
	// PerHour is how many notifications a target gets within an hour, before more are
	// gathered into one.
	PerHour int
	// Mails says whether there is a server that takes e-mail.
	Mails bool
}

// Parcel is a notification with all that its receiver is told.
type Parcel struct {
	Target       Target        // the zero one when it goes to a person
	Person       access.Person // to whom it goes then
	Notification Notification
	Told         Told
	// Begin is the event with which the matter began, nil when that is the one told.
	Begin *Told
	Now   time.Time
	// Until is how long a receiver is to take it for true without a repetition; zero where
	// it is not repeated.
	Until time.Time
}

// Carrier sends a notification to its receiver, within bounded time, and says what came of it.
type Carrier interface {
	Carry(ctx context.Context, p Parcel) Outcome
}

// clip is the text without characters that cannot be seen, cut to so many.
func clip(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if hidden.Rune(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	return fault.Clip(text, most)
}
