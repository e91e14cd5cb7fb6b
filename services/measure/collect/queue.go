package collect

import (
	"slices"
	"sync"
)

// queue hands out work by turns: one piece of each line, then the next of each, so
// that a line that is long, or whose pieces take long, keeps no other waiting for
// longer than a turn. Lines are teams.
type queue[T any] struct {
	mu    sync.Mutex
	lines []*line[T] // none is empty
	next  int        // whose turn it is
}

type line[T any] struct {
	name   string
	pieces []T
}

// add puts a piece at the end of a line.
func (q *queue[T]) add(name string, piece T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.lines {
		if l.name == name {
			l.pieces = append(l.pieces, piece)
			return
		}
	}
	q.lines = append(q.lines, &line[T]{name: name, pieces: []T{piece}})
}

// again puts a piece at the head of its line: it goes on when the turn comes.
func (q *queue[T]) again(name string, piece T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.lines {
		if l.name == name {
			l.pieces = append([]T{piece}, l.pieces...)
			return
		}
	}
	// The line was left empty by its turn, and has the next one after all others.
	at := min(q.next, len(q.lines))
	q.lines = slices.Insert(q.lines, at, &line[T]{name: name, pieces: []T{piece}})
	q.next = at + 1
}

// take returns the next piece and the name of its line; false when there is none.
func (q *queue[T]) take() (name string, piece T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.lines) == 0 {
		return "", piece, false
	}
	if q.next >= len(q.lines) {
		q.next = 0
	}
	l := q.lines[q.next]
	piece, l.pieces = l.pieces[0], l.pieces[1:]
	if len(l.pieces) == 0 {
		q.lines = append(q.lines[:q.next], q.lines[q.next+1:]...)
	} else {
		q.next++
	}
	return l.name, piece, true
}
