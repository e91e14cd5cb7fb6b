package manifest

import (
	"reflect"
	"slices"

	"github.com/evenkeel/evenkeel/internal/managed"
)

// placesOf points at the fields of what is declared, by their names on the wire. It is of things of which a
// manifest may leave out what others say.
type placesOf[In any] func(in *In) words

// words are the values at the places.
func (p placesOf[In]) words(in In) words {
	out := p(&in)
	for name, at := range out {
		out[name] = reflect.ValueOf(at).Elem().Interface()
	}
	return out
}

// over is what is declared with what another says.
func (p placesOf[In]) over(in, other In, says []string) In {
	into, from := p(&in), p(&other)
	for _, name := range says {
		if at, is := into[name]; is {
			reflect.ValueOf(at).Elem().Set(reflect.ValueOf(from[name]).Elem())
		}
	}
	return in
}

// partial is what a manifest changes of a thing that is there.
type partial[In any] struct {
	in     In       // what is to be declared of it
	unsaid []string // the fields that the set said and says no more
	fields []Field  // those that differ
	keeps  []string // the fields that the set keeps from then on
	kept   bool     // it keeps just these already
}

// differ compares what is declared with what the manifest says in its fields. A field that it says no more
// is as in bare from then on.
func (p placesOf[In]) differ(w *world, of managed.Set, before, said, bare In, says []string) partial[In] {
	every := append([]string{"slug"}, says...)
	out := partial[In]{unsaid: w.unsaid(of, every)}
	out.in = p.over(p.over(before, said, says), bare, out.unsaid)
	out.fields = partly(p.words(before), p.words(out.in), slices.Concat(says, out.unsaid))
	out.keeps, out.kept = w.taking(of, every, out.fields)
	return out
}
