using Slipway.Engine;
using Slipway.Server.Pipelines;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

public sealed class RememberedStatesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_state_counts_while_its_pipeline_has_its_version()
    {
        var states = new RememberedStates();
        var state = State(3);
        states.Keep(1, 10, state);

        Assert.Same(state, states.Find(1, 10));
        Assert.Null(states.Find(1, 11));
        Assert.Null(states.Find(2, 10));
    }

    [Fact]
    public void Only_so_many_jobs_are_remembered()
    {
        var (states, state) = (new RememberedStates(), State(500));
        for (var id = 0; id < 200; id++)
            states.Keep(id, id, state);

        Assert.Same(state, states.Find(199, 199));
        Assert.InRange(Enumerable.Range(0, 200).Count(id => states.Find(id, id) is not null), 1, 80);
    }

    [Fact]
    public void A_pipeline_that_changes_again_and_again_takes_one_place()
    {
        var (states, state) = (new RememberedStates(), State(500));
        states.Keep(1, 1, state);
        for (var version = 0; version < 200; version++)
            states.Keep(2, version, state);

        Assert.Same(state, states.Find(1, 1));
    }

    [Fact]
    public void What_was_there_before_is_found_when_the_transactions_that_changed_it_were_undone()
    {
        var (states, kept, undone) = (new RememberedStates(), State(3), State(3));
        states.Keep(1, 1, kept);
        for (var version = 2; version <= 8; version++)
            states.Keep(1, version, undone);

        Assert.Same(kept, states.Find(1, 1));
        Assert.Same(undone, states.Find(1, 2));
        states.Keep(1, 9, undone);
        Assert.Null(states.Find(1, 1));
        states.Keep(1, 10, kept, isRead: true);
        Assert.Null(states.Find(1, 9));
    }

    [Fact]
    public void No_two_versions_are_alike()
    {
        var versions = Enumerable.Range(0, 1000).Select(_ => RememberedStates.NewVersion()).ToList();
        Assert.Equal(1000, versions.Distinct().Count());
        Assert.All(versions, version => Assert.True(version > 0));
    }

    private static PipelineState State(int jobs) =>
        Machine.Create(PipelineRoom.Compile(string.Concat(Enumerable.Range(0, jobs).Select(n => $"j{n}: {{ script: [x] }}\n"))), Now);
}
