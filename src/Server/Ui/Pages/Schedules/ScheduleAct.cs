using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Schedules;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Schedules;

/// <summary>Somebody wants to do something with one schedule, which is not there for everybody. A handler's parameters.</summary>
/// <param name="Id">The schedule's.</param>
internal sealed record ScheduleAct(HttpContext Http, Actor Actor, ProjectContext Here, long Id, ScheduleStore Store, ShownOnce Once)
{
    /// <summary>Who asks; a page is asked for by somebody who is signed in.</summary>
    public UserRow User => Actor.Responsible!;

    /// <param name="may">One of <see cref="ScheduleRights"/>.</param>
    /// <param name="refusal">Who may, for somebody who may not.</param>
    public async Task<IResult> DoAsync(
        Func<ProjectContext, UserRow?, PipelineScheduleRow, bool> may,
        string refusal,
        Func<PipelineScheduleRow, Task<IResult>> act,
        CancellationToken ct
    )
    {
        if (await Store.FindAsync(Here.Id, Id, ct) is not { } row)
            return Refusals.NotFound(Http);
        return may(Here, Actor.Responsible, row) ? await act(row) : Refusals.Message(Http, 403, "Not your schedule", refusal);
    }

    /// <summary>Back to the list, which says what was done.</summary>
    public IResult Done(string note)
    {
        Once.Put(Http, ShownOnce.Note, note);
        return new SeeOther(SchedulePages.At(Here));
    }
}
