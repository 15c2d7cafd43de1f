using Slipway.Runner.Executors;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Runner.Tests;

public sealed class OwnerLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_living_process_is_not_dead_even_for_itself()
    {
        using var own = OwnerLock.Take(_folder.Path);
        Assert.Null(own.Problem);
        Assert.Empty(OwnerLock.TakeDead(_folder.Path));
    }

    [Fact]
    public void One_that_ends_in_order_leaves_no_trace()
    {
        OwnerLock.Take(_folder["a"]).Dispose();
        Assert.Empty(Directory.EnumerateFiles(_folder["a"]));
    }

    [Fact]
    public void One_whose_lock_nobody_holds_is_dead_and_only_one_at_a_time_may_clear_up_after_it()
    {
        var name = Dead();
        var found = OwnerLock.TakeDead(_folder.Path);
        Assert.Equal(name, Assert.Single(found).Name);
        Assert.Empty(OwnerLock.TakeDead(_folder.Path));
        found[0].Dispose();
        Assert.Equal([name], DeadNames());
    }

    [Fact]
    public void It_is_forgotten_when_nothing_of_it_has_been_found_a_minute_after_its_death_was_noted()
    {
        Dead();
        Look(foundNothing: true);
        Look(foundNothing: true);
        _time.Advance(TimeSpan.FromMinutes(2));
        Look(foundNothing: false);
        Assert.Single(DeadNames());
        Look(foundNothing: true);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Theory]
    [InlineData("HERE BOOT", true)]
    [InlineData("HERE another-boot", true)]
    [InlineData("elsewhere BOOT", true)]
    [InlineData("elsewhere another-boot", false)]
    [InlineData("elsewhere ", false)]
    [InlineData("", false)]
    [InlineData("no more than that it is here", false)]
    public void A_lock_is_believed_that_was_taken_on_this_machine(string owner, bool isBelieved)
    {
        var here = MachineMark.Here();
        Dead(owner.Replace("HERE", here.Name).Replace("BOOT", here.Boot));
        Assert.Equal(isBelieved, DeadNames().Length == 1);
    }

    [Fact]
    public void Boots_that_are_not_told_are_not_the_same() => Assert.False(new MachineMark("a", "").CanJudge("b "));

    [Fact]
    public void Where_nothing_can_be_written_it_says_so_and_nothing_will_be_removed()
    {
        using var own = OwnerLock.Take(Path.Combine(_folder.Write("file", ""), "below"));
        Assert.NotNull(own.Problem);
        Assert.Equal(12, own.Name.Length);
    }

    private string Dead(string? owner = null)
    {
        var name = Guid.NewGuid().ToString("N")[..12];
        _folder.Write(name + ".lock", owner ?? MachineMark.Here().ToString());
        return name;
    }

    private void Look(bool foundNothing)
    {
        using var dead = Assert.Single(OwnerLock.TakeDead(_folder.Path));
        dead.Note(foundNothing, _time);
    }

    private string[] DeadNames()
    {
        var dead = OwnerLock.TakeDead(_folder.Path);
        dead.ForEach(one => one.Dispose());
        return [.. dead.Select(one => one.Name)];
    }
}
