package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// differences are the fields in which two things differ, each given as what it is on the wire. Lists
// of one length are compared one by one.
func differences(before, after any) []Field {
	var out []Field
	compare("", asJSON(before), asJSON(after), &out)
	return out
}

// asJSON is a thing as JSON has it.
func asJSON(of any) any {
	text, err := json.Marshal(of)
	if err != nil {
		panic(fmt.Sprintf("%T cannot be written as JSON: %v", of, err)) // they are texts and numbers
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		panic(fmt.Sprintf("%T cannot be read as JSON: %v", of, err)) // it was written as such
	}
	return out
}

// empty reports whether the value says nothing: what is left out, and what is there and empty, are
// the same in a manifest.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, of := range v {
			if !empty(of) {
				return false
			}
		}
		return true
	}
	return false
}

func compare(at string, before, after any, out *[]Field) {
	if empty(before) && empty(after) {
		return
	}
	switch b := before.(type) {
	case map[string]any:
		if a, is := after.(map[string]any); is {
			names := maps.Clone(b)
			maps.Copy(names, a)
			for _, name := range slices.Sorted(maps.Keys(names)) {
				compare(at+"/"+escape.Replace(name), b[name], a[name], out)
			}
			return
		}
	case []any:
		if a, is := after.([]any); is && len(a) == len(b) {
			for i := range b {
				compare(at+"/"+strconv.Itoa(i), b[i], a[i], out)
			}
			return
		}
	}
	if !reflect.DeepEqual(before, after) {
		*out = append(*out, Field{Name: at, Before: before, After: after})
	}
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// said are the fields of something new.
func said(after any) []Field {
	all, is := asJSON(after).(map[string]any)
	if !is {
		return nil
	}
	var out []Field
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !empty(all[name]) {
			out = append(out, Field{Name: "/" + escape.Replace(name), After: all[name]})
		}
	}
	return out
}

// words are the fields of a thing of which a manifest may leave out some.
type words map[string]any

// pairs are texts by keys that people choose: a key that is there says something, whatever its value.
type pairs = map[string]string

// partly are the fields that the manifest says and that differ.
func partly(before, after words, says []string) []Field {
	var out []Field
	for _, name := range slices.Sorted(slices.Values(says)) {
		at := "/" + escape.Replace(name)
		is, paired := after[name].(pairs)
		switch {
		case !paired:
			compare(at, asJSON(before[name]), asJSON(after[name]), &out)
		case before != nil:
			was, _ := before[name].(pairs)
			out = append(out, otherPairs(at, was, is)...)
		case len(is) > 0:
			out = append(out, Field{Name: at, After: asJSON(is)})
		}
	}
	return out
}

// otherPairs are the pairs that differ.
func otherPairs(at string, before, after pairs) []Field {
	all := maps.Clone(before)
	maps.Copy(all, after)
	var out []Field
	value := func(of pairs, key string) any {
		if v, there := of[key]; there {
			return v
		}
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if was, is := value(before, key), value(after, key); was != is {
			out = append(out, Field{Name: at + "/" + escape.Replace(key), Before: was, After: is})
		}
	}
	return out
}

// says reports whether the field has something to say.
func (w words) says(name string) bool {
	if of, is := w[name].(pairs); is {
		return len(of) > 0
	}
	return !empty(asJSON(w[name]))
}
