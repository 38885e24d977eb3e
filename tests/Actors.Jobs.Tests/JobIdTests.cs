using System.Text.Json;

namespace Actors.Jobs.Tests;

public sealed class JobIdTests
{
    private const string Text = "0197f2b0-5c1e-7a3b-9d2f-3c4d5e6f7a8b";
    private static readonly JobId Id = JobId.Parse(Text);

    [Fact]
    public void An_id_is_its_text_in_JSON()
    {
        JsonSerializer.Serialize(new { id = Id }).ShouldBe($$"""{"id":"{{Text}}"}""");
        JsonSerializer.Deserialize<JobId>($"\"{Text}\"").ShouldBe(Id);
        JsonSerializer.Serialize(new Dictionary<JobId, int> { [Id] = 1 }).ShouldBe($$"""{"{{Text}}":1}""");
        JsonSerializer.Deserialize<Dictionary<JobId, int>>($$"""{"{{Text}}":1}""").ShouldNotBeNull()[Id].ShouldBe(1);
    }

    [Theory]
    [InlineData("\"17\"")]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("{\"Value\":\"0197f2b0-5c1e-7a3b-9d2f-3c4d5e6f7a8b\"}")]
    public void What_is_no_id_is_refused(string json) => Should.Throw<JsonException>(() => JsonSerializer.Deserialize<JobId>(json));
}
