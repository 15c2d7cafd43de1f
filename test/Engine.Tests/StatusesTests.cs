using Xunit;

namespace Slipway.Engine.Tests;

public class StatusesTests
{
    [Fact]
    public void Each_status_has_gitlabs_word_and_back()
    {
        Assert.Equal(
            "created waiting_for_resource preparing pending running success failed canceling canceled skipped manual scheduled",
            string.Join(' ', Enum.GetValues<Status>().Select(Statuses.Word))
        );
        Assert.All(Enum.GetValues<Status>(), status => Assert.Equal(status, Statuses.Parse(Statuses.Word(status))));
        Assert.Null(Statuses.Parse("Success"));
    }

    [Fact]
    public void The_sets_are_gitlabs()
    {
        static string Of(Func<Status, bool> set) => string.Join(' ', Enum.GetValues<Status>().Where(set).Select(Statuses.Word));

        Assert.Equal("success failed canceled skipped", Of(Statuses.IsCompleted));
        Assert.Equal("waiting_for_resource preparing pending running canceling", Of(Statuses.IsActive));
        Assert.Equal("created waiting_for_resource preparing pending running scheduled", Of(Statuses.IsCancelable));
        Assert.Equal("success failed canceling canceled", Of(Statuses.IsRetryable));
    }
}
