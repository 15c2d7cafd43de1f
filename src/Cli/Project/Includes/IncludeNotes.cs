using System.Text;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Project.Includes;

/// <summary>What fetching has to say while it goes on. Where it is said may change: to the terminal first, to the run's view once there is one.</summary>
internal sealed class IncludeNotes(TimeProvider time, bool saysProgress, Action<string> to)
{
    /// <summary>What takes no longer is not worth a line.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private volatile Action<string> _to = to;

    /// <summary>A line on standard error.</summary>
    public static Action<string> ToError(Surroundings surroundings) =>
        sentence =>
        {
            var label = new Palette(surroundings.ErrorHasColour).Warn("note");
            surroundings.Error.Write(Encoding.UTF8.GetBytes($"{label}: {PlainText.Of(sentence)}\n"));
        };

    public void SendTo(Action<string> to) => _to = to;

    /// <param name="sentence">One line.</param>
    public void Say(string sentence) => _to(sentence);

    /// <summary>Said when what follows takes its time, until the result is disposed; to a terminal only.</summary>
    public IDisposable? Begin(string sentence) =>
        saysProgress ? time.CreateTimer(_ => Say(sentence), null, Patience, Timeout.InfiniteTimeSpan) : null;
}
