package openslo

import (
	"bytes"
	"reflect"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Extras are what documents say and no declaration has a place for: labels, annotations of others,
// alert policies, what an indicator says of itself, how numbers are written. They are of the
// reading that they came with. The zero value is none.
type Extras struct {
	slo     *SLO
	sli     *SLI // where it is in a document of its own
	service string
	read    slo.Declaration
}

// Write writes the declaration of an SLO of the service as a document, with everything said that
// has a default. Read gives the same declaration, complete. With the extras of what was read,
// the same document is written, but for what was changed in the declaration since; the indicator
// is a second document where it was one. A declaration that is not valid is written as far as it
// goes.
func Write(service string, d slo.Declaration, x Extras) ([]byte, error) {
	now := documentOf(service, d.Complete())
	if x.slo == nil {
		return yamldoc.Write(now)
	}
	was := documentOf(x.service, x.read)
	x.alike(&was, &now)
	if x.sli == nil {
		return yamldoc.Write(merged(*x.slo, was, now))
	}
	sli := merged(*x.sli, apart(&was, x), apart(&now, x))
	return WriteDocuments(&sli, ptr(merged(*x.slo, was, now)))
}

// alike has both say objectives in the way that the document did: as shares where it had shares,
// and further ones where it had them.
func (x Extras) alike(was, now *SLO) {
	said := x.slo.Spec.Objectives
	if len(said) != len(was.Spec.Objectives) && !reflect.DeepEqual(was.Spec.Objectives, now.Spec.Objectives) {
		delete(was.Metadata.Annotations, Prefix+"further-objectives") // so that it is written with them
	}
	for _, of := range []*SLO{was, now} {
		for i := range min(len(said), len(of.Spec.Objectives)) {
			o := &of.Spec.Objectives[i]
			if part, is := share(string(o.TargetPercent) + "%"); is && said[i].Target != "" {
				o.Target, o.TargetPercent = part, ""
			}
		}
	}
}

// apart takes the indicator out of an SLO, as a document of its own that it refers to.
func apart(of *SLO, x Extras) SLI {
	out := *of.Spec.Indicator
	out.APIVersion, out.Kind, out.Metadata = APIVersion, KindSLI, Metadata{Name: x.sli.Metadata.Name}
	of.Spec.Indicator, of.Spec.IndicatorRef = nil, &out.Metadata.Name
	return out
}

func ptr[T any](of T) *T { return &of }

// WriteDocuments writes documents, each a pointer to one of the types of documents, one after
// the other.
func WriteDocuments(of ...any) ([]byte, error) {
	var out bytes.Buffer
	for i, one := range of {
		if i > 0 {
			out.WriteString("---\n")
		}
		text, err := yamldoc.Write(one)
		if err != nil {
			return nil, err
		}
		out.Write(text)
	}
	return out.Bytes(), nil
}

// merged is what was said, with the changes from was to now.
func merged[T any](said, was, now T) T {
	out := said
	merge(reflect.ValueOf(&out).Elem(), reflect.ValueOf(&was).Elem(), reflect.ValueOf(&now).Elem())
	return out
}

var valueType = reflect.TypeFor[yamldoc.Value]()

// merge puts the changes from was to now into what was said. What is not there in all three is
// taken whole.
func merge(said, was, now reflect.Value) {
	if reflect.DeepEqual(was.Interface(), now.Interface()) {
		return
	}
	switch t := said.Type(); {
	case t == valueType:
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			merge(said.Field(i), was.Field(i), now.Field(i))
		}
		return
	case t.Kind() == reflect.Pointer && !said.IsNil() && !was.IsNil() && !now.IsNil():
		one := reflect.New(t.Elem())
		one.Elem().Set(said.Elem())
		merge(one.Elem(), was.Elem(), now.Elem())
		said.Set(one)
		return
	case t.Kind() == reflect.Slice && said.Len() == was.Len() && was.Len() == now.Len():
		all := reflect.MakeSlice(t, said.Len(), said.Len())
		reflect.Copy(all, said)
		for i := range said.Len() {
			merge(all.Index(i), was.Index(i), now.Index(i))
		}
		said.Set(all)
		return
	case t.Kind() == reflect.Map:
		said.Set(mergedMap(said, was, now))
		return
	}
	said.Set(now)
}

func mergedMap(said, was, now reflect.Value) reflect.Value {
	out := reflect.MakeMap(said.Type())
	for _, key := range said.MapKeys() {
		if !was.MapIndex(key).IsValid() || now.MapIndex(key).IsValid() {
			out.SetMapIndex(key, said.MapIndex(key))
		}
	}
	for _, key := range now.MapKeys() {
		before, after := was.MapIndex(key), now.MapIndex(key)
		if !before.IsValid() || !reflect.DeepEqual(before.Interface(), after.Interface()) {
			out.SetMapIndex(key, after)
		}
	}
	return out
}
