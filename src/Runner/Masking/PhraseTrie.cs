using System.Buffers;
using System.Runtime.InteropServices;

namespace Slipway.Runner.Masking;

/// <summary>
/// The automaton of Aho and Corasick over bytes: after each byte it knows the longest text ending there that begins some phrase, and the longest
/// phrase that ends there. Size and building time grow with the phrases' total length only. Immutable, so all streams of a job share one.
/// </summary>
internal sealed class PhraseTrie
{
    public const int Root = 0;

    private Node[] _nodes = new Node[32];
    private int _count = 1;
    private readonly int[] _fromRoot = new int[256];

    [StructLayout(LayoutKind.Auto)]
    private struct Node
    {
        public byte Byte;
        public int Depth;
        public int Child;
        public int Sibling;
        public int Suffix;
        public int Longest;
    }

    private PhraseTrie() { }

    /// <summary>The bytes that phrases begin with: nothing else leads away from the root.</summary>
    public SearchValues<byte> FirstBytes { get; private set; } = SearchValues.Create(""u8);

    /// <summary>The length of the text that <paramref name="node"/> stands for: so many of the last bytes may yet become a phrase.</summary>
    public int Depth(int node) => _nodes[node].Depth;

    /// <summary>The length of the longest phrase that ends at <paramref name="node"/>; 0 = none.</summary>
    public int Longest(int node) => _nodes[node].Longest;

    public static PhraseTrie Of(IEnumerable<byte[]> phrases)
    {
        var trie = new PhraseTrie();
        foreach (var phrase in phrases)
            trie.Add(phrase);
        trie.Link();
        return trie;
    }

    public int Step(int node, byte next)
    {
        while (node != Root)
        {
            var child = ChildOf(node, next);
            if (child != Root)
                return child;
            node = _nodes[node].Suffix;
        }

        return _fromRoot[next];
    }

    private int ChildOf(int node, byte next)
    {
        if (node == Root)
            return _fromRoot[next];
        var child = _nodes[node].Child;
        while (child != Root && _nodes[child].Byte != next)
            child = _nodes[child].Sibling;
        return child;
    }

    private void Add(ReadOnlySpan<byte> phrase)
    {
        var node = Root;
        foreach (var next in phrase)
        {
            var child = ChildOf(node, next);
            node = child != Root ? child : Grow(node, next);
        }

        _nodes[node].Longest = _nodes[node].Depth;
    }

    private int Grow(int parent, byte next)
    {
        if (_count == _nodes.Length)
            Array.Resize(ref _nodes, _count * 2);
        var made = _count++;
        _nodes[made] = new Node
        {
            Byte = next,
            Depth = _nodes[parent].Depth + 1,
            Sibling = _nodes[parent].Child,
        };
        _nodes[parent].Child = made;
        if (parent == Root)
            _fromRoot[next] = made;
        return made;
    }

    /// <summary>Breadth first, so that what a node's links lean on is ready before it.</summary>
    private void Link()
    {
        FirstBytes = SearchValues.Create(Enumerable.Range(0, 256).Where(b => _fromRoot[b] != Root).Select(b => (byte)b).ToArray());
        var queue = new Queue<int>([Root]);
        while (queue.TryDequeue(out var parent))
        {
            for (var node = _nodes[parent].Child; node != Root; node = _nodes[node].Sibling)
            {
                ref var made = ref _nodes[node];
                made.Suffix = parent == Root ? Root : Step(_nodes[parent].Suffix, made.Byte);
                if (made.Longest == 0)
                    made.Longest = _nodes[made.Suffix].Longest;
                queue.Enqueue(node);
            }
        }
    }
}
