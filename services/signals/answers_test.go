package signals

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/source"
)

// blocked is a Reader and its Turns: nobody is answered before it is closed.
type blocked struct {
	Reader
	gone chan struct{}
}

func (b blocked) Values(ctx context.Context, _ source.Source, _ string, _, _ time.Time, _ time.Duration) (prometheus.Values, error) {
	select {
	case <-b.gone:
	case <-ctx.Done():
	}
	return prometheus.Values{At: make([]prometheus.Value, 1)}, ctx.Err()
}

func (blocked) Aside(context.Context, source.Source) (func(), error) { return func() {}, nil }

func TestAnswersAreBoundedInNumber(t *testing.T) {
	t.Parallel()
	b := blocked{gone: make(chan struct{})}
	a := newAnswers(b, b)
	defer a.close()
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	src := source.Source{Limits: source.Limits{Timeout: time.Hour}}
	once := span{from: noon, to: noon, step: time.Minute}
	ask := func(now time.Time, i int) (*answer, error) { return a.ask(now, src, fmt.Sprintf("q%d", i), once) }
	var all []*answer
	for i := range maxAnswers {
		one, err := ask(noon, i)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if same, err := ask(noon.Add(time.Hour), 3); err != nil || same != all[3] {
		t.Errorf("what is still awaited is asked again: %v", err)
	}
	if _, err := ask(noon, maxAnswers); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one too many is %v", err)
	}
	close(b.gone)
	for _, one := range all {
		<-one.came
	}
	// One that came makes room for another, and those of which the time is over all go.
	if _, err := ask(noon.Add(time.Second), maxAnswers); err != nil || len(a.kept) != maxAnswers {
		t.Errorf("%d are kept, %v", len(a.kept), err)
	}
	if _, err := ask(noon.Add(answerLife), maxAnswers+1); err != nil || len(a.kept) != 2 {
		t.Errorf("later %d are kept, %v", len(a.kept), err)
	}
}

func TestWhatIsAskedEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	b := blocked{gone: make(chan struct{})}
	a := newAnswers(b, b)
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	one, err := a.ask(noon, source.Source{Limits: source.Limits{Timeout: time.Hour}}, "q", span{from: noon, to: noon, step: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	a.close()
	<-one.came
	if one.err == nil {
		t.Error("it was answered")
	}
}
