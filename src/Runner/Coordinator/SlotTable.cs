namespace Slipway.Runner.Coordinator;

/// <summary>
/// Numbers the jobs of one token that run at one time, from 0, the lowest free one first: over all, and within each project (runner-protocol §12.3).
/// Folders are named after them, so no two running jobs may have the same.
/// </summary>
internal sealed class SlotTable
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _all = [];
    private readonly Dictionary<long, HashSet<int>> _projects = [];

    public (int Slot, int ProjectSlot) Take(long project)
    {
        lock (_gate)
        {
            if (!_projects.TryGetValue(project, out var own))
                _projects[project] = own = [];
            return (Lowest(_all), Lowest(own));
        }
    }

    public void Return(long project, (int Slot, int ProjectSlot) taken)
    {
        lock (_gate)
        {
            _all.Remove(taken.Slot);
            _projects[project].Remove(taken.ProjectSlot);
            if (_projects[project].Count == 0)
                _projects.Remove(project);
        }
    }

    private static int Lowest(HashSet<int> taken)
    {
        var slot = 0;
        while (!taken.Add(slot))
            slot++;
        return slot;
    }
}
