namespace Slipway.Protocol.Variables;

/// <summary>
/// The order in which variables can be replaced, each behind what it refers to: Tarjan's strongly connected components, without recursion
/// because a list may hold thousands. References go by key over the whole list, as GitLab's do.
/// </summary>
/// <param name="Indexes">Every variable once; meaningless when there are circles.</param>
/// <param name="Circles">The keys of each circle of two variables or more.</param>
internal sealed record VariableOrder(IReadOnlyList<int> Indexes, IReadOnlyList<IReadOnlyList<string>> Circles)
{
    public static bool Refers(Variable variable) => !variable.Raw && VariableReferences.Possible(variable.Value);

    /// <returns><see langword="null"/> when no variable can refer to anything, so that the order as given will do.</returns>
    public static VariableOrder? Of(IReadOnlyList<Variable> variables)
    {
        var any = false;
        for (var i = 0; i < variables.Count && !any; i++)
            any = Refers(variables[i]);
        return any ? new Search(variables).Run() : null;
    }

    private sealed class Search
    {
        private readonly IReadOnlyList<Variable> _variables;
        private readonly Dictionary<string, List<int>> _byKey;
        private readonly int[] _found;
        private readonly int[] _low;
        private readonly bool[] _open;
        private readonly List<int> _component = [];
        private readonly Stack<Visit> _visits = [];
        private readonly List<int> _order;
        private readonly List<IReadOnlyList<string>> _circles = [];
        private int _clock;

        public Search(IReadOnlyList<Variable> variables)
        {
            _variables = variables;
            _found = new int[variables.Count];
            _low = new int[variables.Count];
            _open = new bool[variables.Count];
            _order = new List<int>(variables.Count);
            _byKey = new Dictionary<string, List<int>>(variables.Count, StringComparer.Ordinal);
            for (var i = 0; i < variables.Count; i++)
            {
                if (!_byKey.TryGetValue(variables[i].Key, out var same))
                    _byKey[variables[i].Key] = same = [];
                same.Add(i);
            }
        }

        public VariableOrder Run()
        {
            for (var i = 0; i < _variables.Count; i++)
                if (_found[i] == 0)
                    VisitFrom(i);
            return new VariableOrder(_order, _circles);
        }

        private void VisitFrom(int root)
        {
            Enter(root);
            while (_visits.TryPeek(out var visit))
            {
                if (visit.Next() is { } child)
                {
                    if (_found[child] == 0)
                        Enter(child);
                    else if (_open[child])
                        _low[visit.Index] = Math.Min(_low[visit.Index], _found[child]);
                    continue;
                }

                _visits.Pop();
                if (_visits.TryPeek(out var parent))
                    _low[parent.Index] = Math.Min(_low[parent.Index], _low[visit.Index]);
                if (_low[visit.Index] == _found[visit.Index])
                    Close(visit.Index);
            }
        }

        private void Enter(int index)
        {
            _found[index] = _low[index] = ++_clock;
            _open[index] = true;
            _component.Add(index);
            _visits.Push(new Visit(index, ChildrenOf(_variables[index])));
        }

        /// <summary>The variables of a component stand on the stack above its root; a component of one is in order, of more a circle.</summary>
        private void Close(int root)
        {
            var start = _component.LastIndexOf(root);
            var members = _component.GetRange(start, _component.Count - start);
            _component.RemoveRange(start, members.Count);
            foreach (var member in members)
                _open[member] = false;
            _order.AddRange(members);
            if (members.Count > 1)
                _circles.Add([.. members.Select(member => _variables[member].Key)]);
        }

        private List<int> ChildrenOf(Variable variable)
        {
            var children = new List<int>();
            if (!Refers(variable))
                return children;
            HashSet<string>? seen = null;
            for (var at = 0; VariableReferences.TryNext(variable.Value, at, doubled: true, out var found); at = found.End)
            {
                var key = variable.Value[found.NameStart..found.NameEnd];
                if (found.IsNamed && (seen ??= []).Add(key) && _byKey.TryGetValue(key, out var same))
                    children.AddRange(same);
            }

            return children;
        }
    }

    private sealed class Visit(int index, List<int> children)
    {
        private int _next;

        public int Index => index;

        public int? Next() => _next < children.Count ? children[_next++] : null;
    }
}
