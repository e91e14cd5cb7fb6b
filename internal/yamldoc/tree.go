package yamldoc

import "go.yaml.in/yaml/v4"

// Kind is what a node is.
type Kind int

// The kinds. Nothing is null, and what is not there.
const (
	Nothing Kind = iota
	Single       // a text, a number, true or false
	List
	Names // names with values
)

// String says in words what is there.
func (k Kind) String() string {
	return [...]string{"nothing", "one value", "a list", "names with values"}[k]
}

// Node is a value of a document whose shape belongs to somebody else: it is asked what there is,
// where Decode refuses what it does not know.
type Node struct{ node *yaml.Node }

// Member is a name with its value.
type Member struct {
	Name string
	Node
}

// Root is the whole of the document.
func (d Document) Root() Node { return Node{d.root} }

// Kind tells nodes apart.
func (n Node) Kind() Kind {
	switch {
	case n.node == nil || isNull(n.node):
		return Nothing
	case n.node.Kind == yaml.MappingNode:
		return Names
	case n.node.Kind == yaml.SequenceNode:
		return List
	}
	return Single
}

// Members are the names of the node with their values, in their order; a name that is there twice
// is twice among them.
func (n Node) Members() []Member {
	if n.Kind() != Names {
		return nil
	}
	out := make([]Member, 0, len(n.node.Content)/2)
	for i := 0; i+1 < len(n.node.Content); i += 2 {
		out = append(out, Member{n.node.Content[i].Value, Node{n.node.Content[i+1]}})
	}
	return out
}

// Items are the values of a list.
func (n Node) Items() []Node {
	if n.Kind() != List {
		return nil
	}
	out := make([]Node, len(n.node.Content))
	for i, of := range n.node.Content {
		out[i] = Node{of}
	}
	return out
}

// Text is a single value as it is written, without its quotes: a number keeps its zeros.
func (n Node) Text() string {
	if n.Kind() != Single {
		return ""
	}
	return n.node.Value
}

// Plain is the node as texts, numbers, truths, lists and maps.
func (n Node) Plain() any { return Value(n).Plain() }

// Member is what the node has by that name, nothing where there is none; of a list the first item
// is asked.
func (n Node) Member(name string) Node {
	if items := n.Items(); len(items) > 0 {
		n = items[0]
	}
	if n.node == nil {
		return Node{}
	}
	_, of := child(n.node, name)
	return Node{of}
}
