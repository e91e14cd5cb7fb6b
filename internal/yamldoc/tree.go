package yamldoc

import "github.com/goccy/go-yaml/ast"

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
type Node struct{ node ast.Node }

// Member is a name with its value.
type Member struct {
	Name string
	Node
}

// Root is the whole of the document.
func (d Document) Root() Node { return Node{plainly(d.root)} }

// plainly is the node without its tag.
func plainly(node ast.Node) ast.Node {
	for {
		tag, tagged := node.(*ast.TagNode)
		if !tagged {
			return node
		}
		node = tag.Value
	}
}

// Kind tells nodes apart.
func (n Node) Kind() Kind {
	switch n.node.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return Nothing
	case *ast.MappingNode, *ast.MappingValueNode:
		return Names
	case *ast.SequenceNode:
		return List
	}
	return Single
}

// Members are the names of the node with their values, in their order.
func (n Node) Members() []Member {
	var out []Member
	switch of := n.node.(type) {
	case *ast.MappingNode:
		for _, v := range of.Values {
			out = append(out, Member{v.Key.GetToken().Value, Node{plainly(v.Value)}})
		}
	case *ast.MappingValueNode:
		out = append(out, Member{of.Key.GetToken().Value, Node{plainly(of.Value)}})
	}
	return out
}

// Items are the values of a list.
func (n Node) Items() []Node {
	of, is := n.node.(*ast.SequenceNode)
	if !is {
		return nil
	}
	out := make([]Node, len(of.Values))
	for i, v := range of.Values {
		out[i] = Node{plainly(v)}
	}
	return out
}

// Text is a single value as it is written, without its quotes: a number keeps its zeros.
func (n Node) Text() string {
	switch of := n.node.(type) {
	case *ast.StringNode:
		return of.Value
	case *ast.LiteralNode:
		return of.Value.Value
	}
	if n.Kind() != Single {
		return ""
	}
	return n.node.GetToken().Value
}

// Member is what the node has by that name, nothing where there is none; of a list the first item
// is asked.
func (n Node) Member(name string) Node {
	if items := n.Items(); len(items) > 0 {
		n = items[0]
	}
	if of := child(n.node, name); of != nil {
		return Node{plainly(of)}
	}
	return Node{}
}
