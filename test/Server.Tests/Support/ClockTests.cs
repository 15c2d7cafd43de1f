using Xunit;

namespace Slipway.Server.Tests.Support;

/// <summary>The tests' own clock keeps what <see cref="TimeProvider"/> promises: else what goes round and round would go round once.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Clock _clock = new() { Repeats = true };
    private readonly List<string> _fired = [];

    [Fact]
    public void A_timer_with_a_period_falls_due_again_and_again_also_within_one_move()
    {
        using var slow = Timer("slow", 3 * Second, 2 * Second);
        using var quick = Timer("quick", 2 * Second, 2 * Second);
        _clock.Advance(Second);
        Assert.Empty(_fired);
        _clock.Advance(5.5 * Second);
        Assert.Equal(["quick", "slow", "quick", "slow", "quick"], _fired);
        _clock.Advance(0.5 * Second);
        Assert.Equal("slow", _fired[^1]);
    }

    [Fact]
    public void A_timer_without_a_period_falls_due_once()
    {
        using var none = Timer("none", Second, TimeSpan.Zero);
        using var infinite = Timer("infinite", Second, Timeout.InfiniteTimeSpan);
        using var never = Timer("never", Timeout.InfiniteTimeSpan, Second);
        _clock.Advance(9 * Second);
        Assert.Equal(["none", "infinite"], _fired);
    }

    [Fact]
    public void A_timer_that_is_due_at_once_fires_then_and_after_each_period()
    {
        using var timer = Timer("now", TimeSpan.Zero, Second);
        Assert.Single(_fired);
        _clock.Advance(2 * Second);
        Assert.Equal(3, _fired.Count);
    }

    [Fact]
    public void A_timer_that_is_changed_or_gone_when_it_fires_goes_by_that()
    {
        ITimer? timer = null;
        timer = _clock.CreateTimer(
            _ =>
            {
                _fired.Add("tick");
                if (_fired.Count == 2)
                    timer!.Change(5 * Second, Second);
                if (_fired.Count == 3)
                    timer!.Dispose();
            },
            null,
            Second,
            Second
        );
        _clock.Advance(4 * Second);
        Assert.Equal(2, _fired.Count);
        _clock.Advance(60 * Second);
        Assert.Equal(3, _fired.Count);
    }

    private ITimer Timer(string name, TimeSpan due, TimeSpan period) => _clock.CreateTimer(_ => _fired.Add(name), null, due, period);
}
