using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// Needs that go round in a circle: strongly connected components (Tarjan), walked in the order Ruby's TSort walks, so that the names
/// come out in GitLab's order. Linear in jobs and needs, and without recursion.
/// </summary>
internal sealed class CircularNeeds
{
    private const string Prefix = "The pipeline has circular dependencies: ";

    private readonly ImmutableArray<JobInstance> _jobs;
    private readonly int[][] _needs;
    private readonly int[] _index;
    private readonly int[] _low;
    private readonly bool[] _onStack;
    private readonly List<int> _stack = [];
    private readonly DiagnosticBag _bag;
    private int _next = 1;

    private CircularNeeds(ImmutableArray<JobInstance> jobs, int[][] needs, DiagnosticBag bag)
    {
        (_jobs, _needs, _bag) = (jobs, needs, bag);
        _index = new int[jobs.Length];
        _low = new int[jobs.Length];
        _onStack = new bool[jobs.Length];
    }

    public static void Check(ImmutableArray<JobInstance> jobs, DiagnosticBag bag)
    {
        if (jobs.All(static job => job.Needs is null or { Length: 0 }))
            return;
        var places = new Dictionary<string, int>(jobs.Length, StringComparer.Ordinal);
        for (var i = 0; i < jobs.Length; i++)
            places[jobs[i].Name] = i;
        var needs = new int[jobs.Length][];
        for (var i = 0; i < jobs.Length; i++)
            needs[i] =
            [
                .. (jobs[i].Needs ?? [])
                    .OfType<NeedConfig.Job>()
                    .Select(need => places.GetValueOrDefault(need.Name, -1))
                    .Where(place => place >= 0),
            ];
        var search = new CircularNeeds(jobs, needs, bag);
        for (var i = 0; i < jobs.Length; i++)
        {
            if (search._index[i] == 0)
                search.Walk(i);
        }
    }

    private void Walk(int root)
    {
        var path = new Stack<(int Job, int Need)>();
        Enter(root);
        path.Push((root, 0));
        while (path.TryPop(out var step))
        {
            var (job, need) = step;
            if (need < _needs[job].Length)
            {
                path.Push((job, need + 1));
                var target = _needs[job][need];
                if (_index[target] == 0)
                {
                    Enter(target);
                    path.Push((target, 0));
                }
                else if (_onStack[target])
                    _low[job] = Math.Min(_low[job], _index[target]);
                continue;
            }
            if (path.TryPeek(out var parent))
                _low[parent.Job] = Math.Min(_low[parent.Job], _low[job]);
            if (_low[job] == _index[job])
                Leave(job);
        }
    }

    private void Enter(int job)
    {
        _index[job] = _low[job] = _next++;
        _onStack[job] = true;
        _stack.Add(job);
        if (_needs[job].Contains(job))
            _bag.Error(DiagnosticCode.CircularNeeds, $"{Prefix}self-dependency: {_jobs[job].Name}", PlaceOf(job, [job]));
    }

    /// <summary>The component that ends with this job; more than one member is a circle.</summary>
    private void Leave(int job)
    {
        var start = _stack.LastIndexOf(job);
        int[] members = [.. _stack.Skip(start)];
        _stack.RemoveRange(start, members.Length);
        foreach (var member in members)
            _onStack[member] = false;
        if (members.Length < 2)
            return;
        string[] names = [.. members.Select(member => _jobs[member].Name)];
        _bag.Error(DiagnosticCode.CircularNeeds, $"{Prefix}topological sort failed: {RubyText.Inspect(names)}", PlaceOf(job, members));
    }

    /// <summary>The need that leads on into the circle.</summary>
    private Position PlaceOf(int job, int[] circle)
    {
        var names = circle.Select(member => _jobs[member].Name).ToHashSet(StringComparer.Ordinal);
        return _jobs[job].Needs!.Value.OfType<NeedConfig.Job>().First(need => names.Contains(need.Name)).At;
    }
}
