using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Tags that not everybody may push or delete, and such that nobody changes.</summary>
public sealed class TagRuleTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_protected_tag_takes_the_role_that_its_rule_says(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var people = new Dictionary<string, RegistryClient>();
        foreach (var role in (Role[])[Role.Developer, Role.Maintainer, Role.Owner])
        {
            var user = await room.Server.UserAsync();
            await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), user.Row, role);
            people[$"{role}"] = room.ClientOf(user.Row.Username, user.Token);
        }

        people["admin"] = room.ClientOf("any", (await room.Server.AdminAsync()).Token);
        await RuleAsync(room, "^v[0-9]", Maintainer, Owner);
        await RuleAsync(room, "-final$", Owner, TagRule.Administrator);
        foreach (
            var (tag, push, delete) in (IEnumerable<(string, string, string)>)
                [
                    ("main", "Developer Maintainer Owner admin", "Developer Maintainer Owner admin"),
                    ("v1", "Maintainer Owner admin", "Owner admin"),
                    ("v1-final", "Owner admin", "admin"),
                    ("xv1", "Developer Maintainer Owner admin", "Developer Maintainer Owner admin"),
                ]
        )
        {
            var repository = room.Repository();
            var manifest = await ImageAsync(room.Client, repository);
            var digest = Images.Digest(manifest);
            foreach (var (who, client) in people)
            {
                var put = await client.PutAsync(repository, tag, manifest);
                Assert.Equal((who, push.Split(' ').Contains(who) ? 201 : 403), (who, put.Status));
                if (put.Status == 403)
                    Assert.StartsWith($"tag {tag} is protected: to push it takes ", Message(put));
                var several = await client.PutAsync(repository, $"{digest}?tag=other&tag={tag}", manifest);
                Assert.Equal(put.Status, several.Status);
            }

            foreach (var (who, client) in people)
            {
                Assert.Equal(201, (await people["admin"].PutAsync(repository, tag, manifest)).Status);
                var expected = delete.Split(' ').Contains(who) ? 202 : 403;
                Assert.Equal((who, expected), (who, (await client.DeleteAsync($"/v2/{repository}/manifests/{tag}")).Status));
                Assert.Equal(201, (await people["admin"].PutAsync(repository, tag, manifest)).Status);
                Assert.Equal((who, expected), (who, (await client.DeleteAsync($"/v2/{repository}/manifests/{digest}")).Status));
            }
        }

        foreach (var client in people.Values)
            client.Dispose();
    }

    [Theory, EveryDatabase]
    public async Task An_immutable_tag_stays_at_its_image_whoever_comes(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        await RuleAsync(room, "^release", null, null);
        var repository = room.Repository();
        using var admin = room.ClientOf("any", (await room.Server.AdminAsync()).Token);
        var (first, second) = (await ImageAsync(room.Client, repository), await ImageAsync(room.Client, repository));
        Assert.Equal(201, (await room.Client.PutAsync(repository, "release-1", first)).Status);
        Assert.Equal(201, (await room.Client.PutAsync(repository, "release-1", first)).Status);
        var refused = await admin.PutAsync(repository, "release-1", second);
        Assert.Equal((403, "DENIED"), (refused.Status, refused.Code));
        Assert.Equal("tag release-1 is immutable: it stays as it is (^release)", Message(refused));
        Assert.Equal(403, (await admin.DeleteAsync($"/v2/{repository}/manifests/release-1")).Status);
        Assert.Equal(403, (await admin.DeleteAsync($"/v2/{repository}/manifests/{Images.Digest(first)}")).Status);
        Assert.Equal(first, (await admin.GetAsync($"/v2/{repository}/manifests/release-1")).Body);
        Assert.Equal(201, (await room.Client.PutAsync(repository, "v1-release", second)).Status);
        Assert.Equal(202, (await room.Client.DeleteAsync($"/v2/{repository}/manifests/v1-release")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_rule_that_cannot_be_is_refused_and_another_is_kept(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (store, project) = (room.Server.Services.GetRequiredService<TagRuleStore>(), room.Project.Id);
        await RuleAsync(room, "taken", null, null);
        foreach (
            var (pattern, push, delete, why) in (IEnumerable<(string, long?, long?, string)>)
                [
                    ("", 40, 40, "Tag name pattern can't be blank"),
                    (new string('a', 101), 40, 40, "Tag name pattern is too long (maximum is 100 characters)"),
                    ("(", 40, 40, "Tag name pattern not valid RE2 syntax"),
                    ("(?=a)", 40, 40, "Tag name pattern not valid RE2 syntax"),
                    ("taken", 40, 40, "Tag name pattern has already been taken"),
                    ("a", 40, null, "Base Access levels should either both be present or both be nil"),
                    ("a", 30, 40, "Minimum access level for push is not included in the list"),
                    ("a", 40, 0, "Minimum access level for delete is not included in the list"),
                ]
        )
            Assert.Equal(why, (await store.CreateAsync(new(0, project, pattern, push, delete), "ada", Ct)).Wrong?.ToString());
        var rules = (await store.ListAsync(project, Ct)).ToList();
        while (rules.Count < 5)
            rules.Add(await RuleAsync(room, $"p{rules.Count}", Maintainer, Owner));
        Assert.Equal("base", (await store.CreateAsync(new(0, project, "six", 40, 40), "ada", Ct)).Wrong?.Field);
        var changed = rules[1] with { Pattern = "other", PushLevel = null, DeleteLevel = null };
        Assert.Equal((changed, null), await store.ChangeAsync(changed, "ada", Ct));
        Assert.Equal(changed, await store.FindAsync(project, changed.Id, Ct));
        Assert.True(await store.RemoveAsync(changed, "ada", Ct));
        Assert.False(await store.RemoveAsync(changed, "ada", Ct));
        Assert.Equal((null, null), await store.ChangeAsync(changed, "ada", Ct));
        Assert.Equal(["taken", "p2", "p3", "p4"], (await store.ListAsync(project, Ct)).Select(rule => rule.Pattern));
    }

    private const long Maintainer = (long)Role.Maintainer;
    private const long Owner = (long)Role.Owner;

    private static async Task<RegistryTagRuleRow> RuleAsync(RegistryRoom room, string pattern, long? push, long? delete)
    {
        var store = room.Server.Services.GetRequiredService<TagRuleStore>();
        var (rule, wrong) = await store.CreateAsync(new(0, room.Project.Id, pattern, push, delete), "ada", Ct);
        Assert.Null(wrong);
        return rule!;
    }

    private static async Task<byte[]> ImageAsync(RegistryClient client, string repository)
    {
        var (config, layer) = (Images.Bytes(64), Images.Bytes(64));
        await client.PushAsync(repository, config);
        await client.PushAsync(repository, layer);
        return Images.Image(config, layer).ToBytes();
    }

    private static string Message(Said said) => said.Json.GetProperty("errors")[0].GetProperty("message").GetString()!;
}
