package adoption_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
)

// written is what a diary wrote.
type written struct {
	mu    sync.Mutex
	all   []adoption.Activity
	fails int // so many writes fail before one is well
	tried chan struct{}
}

func (w *written) write(_ context.Context, a adoption.Activity) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.tried <- struct{}{} }()
	if w.fails > 0 {
		w.fails--
		return errors.New("the disk is full")
	}
	w.all = append(w.all, a)
	return nil
}

var (
	ada      = access.Caller{Kind: access.ByPerson, Person: "ada", Token: "t1"}
	pipeline = access.Caller{Kind: access.ByTeam, Team: "payments", Token: "t2"}
	portal   = access.Caller{Kind: access.ByPerson, Person: "ada"}
)

func TestADiaryHasEachOnceADayByTheirWayIn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 23, 59, 0, 0, time.UTC)
	w := &written{tried: make(chan struct{}, 100)}
	d := adoption.NewDiary(w.write, adoption.KeepNamed, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	everybody := func() {
		for range 3 {
			d.Note(ada, false)
			d.Note(ada, true)
			d.Note(portal, false)
			d.Note(pipeline, false)
			d.Note(access.System("a job"), false)
			d.Note(access.Caller{Kind: access.ByPortal, Name: "catalog"}, false)
			d.Note(access.Caller{Kind: access.Anonymous}, false)
		}
	}
	everybody()
	now = now.Add(time.Minute) // midnight
	everybody()
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Note(access.Caller{Kind: access.ByPerson, Person: "bob", Token: "t3"}, false) // is lost, and harms nobody
	var want []adoption.Activity
	for _, day := range []string{"2026-03-01", "2026-03-02"} {
		for _, a := range []adoption.Activity{{Person: "ada", Way: adoption.ByToken}, {Person: "ada", Way: adoption.ByDashboard}, {Person: "ada", Way: adoption.ByPortal}, {Team: "payments", Way: adoption.ByWorkload}} {
			a.Day = clock.Date(day)
			want = append(want, a)
		}
	}
	if !slices.Equal(w.all, want) {
		t.Errorf("it has\n%v, want\n%v", w.all, want)
	}
}

func TestWhatWasNotWrittenIsNotedAtTheNextUse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	w := &written{fails: 1, tried: make(chan struct{}, 100)}
	d := adoption.NewDiary(w.write, adoption.KeepNamed, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	d.Note(ada, false)
	<-w.tried
	for again := true; again; { // until the diary has forgotten the one that failed
		d.Note(ada, false)
		select {
		case <-w.tried:
			again = false
		default:
			runtime.Gosched()
		}
	}
	if err := d.Close(t.Context()); err != nil || len(w.all) != 1 {
		t.Errorf("it has %v: %v", w.all, err)
	}
}

func TestOfPeopleNothingIsNotedWhereThatIsNotKept(t *testing.T) {
	t.Parallel()
	w := &written{tried: make(chan struct{}, 100)}
	d := adoption.NewDiary(w.write, adoption.KeepNothing, time.Now, slog.New(slog.DiscardHandler))
	d.Note(ada, false)
	d.Note(ada, true)
	d.Note(pipeline, false)
	if err := d.Close(t.Context()); err != nil || len(w.all) != 1 || w.all[0].Team != "payments" {
		t.Errorf("it has %v: %v", w.all, err)
	}
}
