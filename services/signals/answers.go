package signals

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/source"
)

// The bounds of the answers that are kept, so that fifty who look at one service ask
// once.
const (
	answerLife = 15 * time.Second
	// maxAnswers is how many there are at a time, those that are waited for among them:
	// 12 MB, where each holds as many points as there may be.
	maxAnswers = 512
)

// question is what a data source is asked. The query holds the team's matchers.
type question struct {
	source   id.ID
	version  int64 // of the source: another address is another answer
	query    string
	from, to time.Time
	step     time.Duration
}

// answer is what came of a question, or will.
type answer struct {
	came   chan struct{} // closed when the rest is there
	values prometheus.Values
	err    error
	asked  time.Time
}

// over reports whether the answer came, and nobody is to be told it any more.
func (a *answer) over(now time.Time) bool { return a.finished() && now.Sub(a.asked) >= answerLife }

func (a *answer) finished() bool {
	select {
	case <-a.came:
		return true
	default:
		return false
	}
}

// answers asks each question once, and keeps the answer for a moment; a failure too, so
// that a data source that fails is not asked by everybody. Whoever asks may leave before
// the answer is there: it is then kept for the next.
type answers struct {
	reader Reader
	turns  Turns
	ctx    context.Context // of what is asked, which outlives who asks
	end    context.CancelFunc
	asking sync.WaitGroup

	mu   sync.Mutex
	kept map[question]*answer
}

func newAnswers(reader Reader, turns Turns) *answers {
	a := &answers{reader: reader, turns: turns, kept: map[question]*answer{}}
	a.ctx, a.end = context.WithCancel(context.Background())
	return a
}

// close ends all calls that are under way; nothing is to be asked any more.
func (a *answers) close() {
	a.end()
	a.asking.Wait()
}

// ask returns the answer to a question, which may still have to come. Unavailable when
// too much is being asked.
func (a *answers) ask(now time.Time, src source.Source, query string, s span) (*answer, error) {
	q := question{src.ID, src.Version, query, s.from, s.to, s.step}
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.kept[q]; ok && !known.over(now) {
		return known, nil
	}
	if !a.room(now) {
		return nil, fault.New(fault.Unavailable, "source_busy", "too many signals are being read at this moment")
	}
	made := &answer{came: make(chan struct{}), asked: now}
	a.kept[q] = made
	a.asking.Go(func() {
		made.values, made.err = a.read(src, query, s)
		close(made.came)
	})
	return made, nil
}

// room makes room for one more answer, of those that came, and reports whether there
// is any.
func (a *answers) room(now time.Time) bool {
	if len(a.kept) < maxAnswers {
		return true
	}
	var oldest *question
	for q, known := range a.kept {
		switch {
		case known.over(now):
			delete(a.kept, q)
		case known.finished() && (oldest == nil || known.asked.Before(a.kept[*oldest].asked)):
			oldest = &q
		}
	}
	if len(a.kept) >= maxAnswers && oldest != nil {
		delete(a.kept, *oldest)
	}
	return len(a.kept) < maxAnswers
}

// read asks a data source when it is its turn, for as long as one request to it may take.
func (a *answers) read(src source.Source, query string, s span) (prometheus.Values, error) {
	ctx, done := context.WithTimeout(a.ctx, src.Timeout)
	defer done()
	leave, err := a.turns.Aside(ctx, src)
	if errors.Is(err, context.Canceled) {
		return prometheus.Values{}, fault.New(fault.Unavailable, "source_busy", "Evenkeel is ending")
	}
	if err != nil {
		return prometheus.Values{}, err
	}
	defer leave()
	return a.reader.Values(ctx, src, query, s.from, s.to, s.step)
}
