package inbox

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/change"
)

const (
	// atOnce is how many deliveries are noted as worked off in one transaction.
	atOnce = 100
	// bytesAtOnce bounds the payloads that are read at once. One may have 4 MB, most have
	// 10 kB.
	bytesAtOnce = 8 << 20
	// mostInARun bounds a run, so that its counts are told now and then.
	mostInARun = 10_000
	// maxAttempts is after how many failures a delivery is given up: the last is an
	// hour after it came, when the hourly reconciling has read what it is about.
	maxAttempts = 8
	// The waits between attempts double from the first to the longest.
	firstWait, longestWait = 30 * time.Second, time.Hour
	// maxError is how much is kept of why an attempt failed, in bytes.
	maxError = 500
)

// Reader says what a delivery tells. What it cannot read never can be.
type Reader interface {
	Read(ctx context.Context, d Delivery) (Happening, error)
}

// Tracked are the issues that are kept on a tracker. What they are told only has
// them look there; it comes in any order, more than once, and of issues that are not
// theirs, which they pass over.
type Tracked interface {
	// IssueChanged has the issue read again.
	IssueChanged(ctx context.Context, at Issue) error
	// IssueMoved has the issue read again where it is now.
	IssueMoved(ctx context.Context, from, to Issue) error
	// RepositoryChanged has the issues of the repository read again. Former is what it
	// was called, empty when its name did not change.
	RepositoryChanged(ctx context.Context, now Repository, former string) error
	// PlacesBack has tried again what was given up because of where it was to go: in the
	// named repositories, in all of the owner's where none is named.
	PlacesBack(ctx context.Context, owner string, names []string) error
	// Desired is the desired issue that is there, false when there is none.
	Desired(ctx context.Context, at Issue) (id.ID, bool, error)
}

// Deployments keeps what is told of deployments, in any order and more than once.
// *issues.Deployments is one.
type Deployments interface {
	Deployed(ctx context.Context, in Repository, d change.Deployment) error
}

// Tickets keeps which issues of people's own say that something was toil, in any order and more than once.
// *issues.Tickets is one.
type Tickets interface {
	Ticket(ctx context.Context, at Issue, is IssueState) error
}

// Parts is what a Worker is made of.
type Parts struct {
	Store       Store
	Runner      tx.Runner
	Reader      Reader
	Tracked     Tracked
	Commands    Commands
	Deployments Deployments
	Tickets     Tickets
	Clock       clock.Clock
	Logger      *slog.Logger
}

// Worker works deliveries off.
type Worker struct{ Parts }

// NewWorker returns a worker of the parts.
func NewWorker(p Parts) *Worker { return &Worker{p} }

// RunOnce works off what is due, the oldest first, and counts what was "worked" off,
// is to be "retried" and was "given_up". What fails is tried again after a wait that
// grows. A delivery that is given up stays until it is pruned, is logged, and makes
// the run fail.
func (w *Worker) RunOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"worked": 0, "retried": 0, "given_up": 0}
	var lost *Delivery
	for taken := 0; taken < mostInARun; {
		due, err := w.Store.DueDeliveries(ctx, w.Clock(), atOnce, bytesAtOnce)
		if err != nil {
			return counts, fmt.Errorf("read what is due: %w", err)
		}
		for i := range due {
			if err := w.work(ctx, &due[i]); err != nil {
				return counts, err
			}
		}
		err = w.Runner.InTx(ctx, func(ctx context.Context) error {
			for _, d := range due {
				if err := w.Store.UpdateDelivery(ctx, d); err != nil {
					return fmt.Errorf("note what became of the delivery %s: %w", d.ID, err)
				}
			}
			return nil
		})
		if err != nil {
			return counts, err
		}
		for i, d := range due {
			switch d.State() {
			case Worked:
				counts["worked"]++
			case GivenUp:
				counts["given_up"]++
				lost = &due[i]
				w.Logger.Error("webhook delivery given up", "delivery", d.ID, "event", d.Event, "action", d.Action, "repository", d.Repository, "attempts", d.Attempts, "error", d.Error)
			default:
				counts["retried"]++
			}
		}
		if taken += len(due); len(due) == 0 {
			break
		}
	}
	if lost != nil {
		return counts, fault.New(fault.Conflict, "deliveries_given_up",
			"%d webhook deliveries were given up, the last %s (%s %s of %s) after %d attempts; the log holds why, and what they are about is read again by the hourly reconciling",
			counts["given_up"], lost.ID, lost.Event, lost.Action, lost.Repository, lost.Attempts)
	}
	return counts, nil
}

// work does what a delivery is for and puts down in it what became of that. Its
// error is of the run itself, which ends.
func (w *Worker) work(ctx context.Context, d *Delivery) error {
	now := clock.Round(w.Clock())
	d.Attempts++
	h, err := w.Reader.Read(ctx, *d)
	last := err != nil || d.Attempts >= maxAttempts
	if err == nil {
		err = w.handle(ctx, h, d.ReceivedAt)
	}
	switch {
	case err == nil:
		d.WorkedAt, d.DueAt, d.Payload, d.Error = &now, nil, nil, ""
		return nil
	case tx.IsLeaseLost(err) || ctx.Err() != nil:
		return fmt.Errorf("work off the delivery %s: %w", d.ID, err)
	}
	d.Error = clip(err.Error())
	if d.DueAt = nil; !last {
		due := now.Add(min(firstWait<<(d.Attempts-1), longestWait))
		d.DueAt = &due
	}
	return nil
}

// handle hands on what happened. What Evenkeel itself did to an issue it knows from
// the answers to its own requests.
func (w *Worker) handle(ctx context.Context, h Happening, at time.Time) error {
	switch h.Kind {
	case IssueChanged:
		if h.Sender.Self {
			return nil
		}
		if err := w.Tracked.IssueChanged(ctx, h.Issue); err != nil {
			return err
		}
		return w.ticketed(ctx, h.Issue, h.State)
	case IssueMoved:
		if err := w.ticketed(ctx, h.Issue, IssueState{}); err != nil {
			return err
		}
		return w.Tracked.IssueMoved(ctx, h.Issue, h.MovedTo)
	case RepositoryChanged:
		if err := w.Tracked.RepositoryChanged(ctx, h.Repository, h.Former); err != nil || !h.Back {
			return err
		}
		return w.Tracked.PlacesBack(ctx, "", h.names())
	case PlacesBack:
		return w.Tracked.PlacesBack(ctx, h.Owner, h.Names)
	case Commented:
		return w.commented(ctx, h, at)
	case Deployed:
		return w.Deployments.Deployed(ctx, h.Repository, h.Deployment)
	}
	return nil
}

// ticketed hands on how an issue of people's own is. Evenkeel's are no work of somebody's.
func (w *Worker) ticketed(ctx context.Context, at Issue, is IssueState) error {
	_, ours, err := w.Tracked.Desired(ctx, at)
	if err != nil || ours {
		return err
	}
	return w.Tickets.Ticket(ctx, at, is)
}

// names are those by which the repository is and was known.
func (h Happening) names() []string {
	if h.Former == "" {
		return []string{h.Repository.Name}
	}
	return []string{h.Repository.Name, h.Former}
}

// commented does what a person asks for in a comment. Programs ask for nothing.
func (w *Worker) commented(ctx context.Context, h Happening, at time.Time) error {
	name, text, found := parseCommand(h.Comment.Body)
	if !found || h.Sender.Bot || h.Sender.Self {
		return nil
	}
	issue, ours, err := w.Tracked.Desired(ctx, h.Issue)
	if err != nil || !ours {
		return err
	}
	return w.Commands.Command(ctx, issue, Command{Name: name, Text: text, By: h.Sender.Login, At: at, Comment: h.Comment})
}

// clip keeps a text as long as is kept, of characters that every database takes.
func clip(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), maxError)], ""), "\x00", "")
}
