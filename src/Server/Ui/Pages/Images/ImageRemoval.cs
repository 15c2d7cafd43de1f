using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>Something of a repository is to be deleted, or all of it. A handler's parameters.</summary>
/// <param name="Id">The repository's.</param>
internal sealed record ImageRemoval(HttpContext Http, Actor Actor, ProjectContext Here, long Id, RepositoryStore Store, ShownOnce Once)
{
    /// <param name="remove">Gets the repository, and the role of who asks as rules for tags know it.</param>
    /// <param name="note">What the next page says.</param>
    public async Task<IResult> DoAsync(
        Func<ImageRepository, long, Task<RegistryBlobs.Removal>> remove,
        Func<ImageRepository, string> note,
        Address next,
        CancellationToken ct
    )
    {
        if (await Store.FindAsync(Here.Id, Id, ct) is not { } row)
            return Refusals.NotFound(Http);
        switch (await remove(row, RepositoryStore.LevelOf(Actor, Here)))
        {
            case RegistryBlobs.Removal.Removed:
                Once.Put(Http, ShownOnce.Note, note(row));
                return new SeeOther(next);
            case RegistryBlobs.Removal.Needed:
                return Refusals.Message(Http, 409, "An index needs this image", "Delete the index that holds it first.");
            case RegistryBlobs.Removal.Protected:
                const string words = "A rule of the project keeps it. Those who may change the rules can say more.";
                return Refusals.Message(Http, 403, "A tag is protected", words);
            default:
                return Refusals.NotFound(Http);
        }
    }
}
