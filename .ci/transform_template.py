#!/usr/bin/env python3
"""Transforms template.yaml and front.yaml as CloudFormation would, for several sets of parameters, and looks
at what would be deployed: `sam validate` sees the defaults only. Needs no network; runs in sam's own Python.

usage: target/tools/sam/bin/python .ci/transform_template.py
"""

import copy
import json
import logging
import pathlib
import re
import sys
import tomllib

import boto3
from cfnlint.api import ManualArgs, lint
from cfnlint.helpers import REGIONS
from samcli.cli.types import CfnParameterOverridesType
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).parent.parent
FUNCTIONS = ["RestAuth", "Accounts", "Company", "Manage", "Charity"]
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
CERTIFICATE = ARN.format("acm", "certificate/0f2b5c1e-9d1a-4a57-8c4e-3a1f0c9d2b7e")
DOMAIN = {"DomainName": "api.example.com", "CertificateArn": CERTIFICATE}
EXISTING = {
    "ExistingTable": "restored",
    "ExistingSecretArn": ARN.format("secretsmanager", "secret:kept-AbCdEf"),
}
KEY = ARN.format("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")
FRONT_SECRET = ARN.format("secretsmanager", "secret:tigertally/front-AbCdEf")
NO_VALUE = object()


class Deployment:
    """What the template becomes with these parameters: `resources`, evaluated as far as that goes
    without making anything. A reference to a resource stays as it is."""

    file = "template.yaml"
    regions = REGIONS

    def __init__(self, **overrides):
        template = yaml_parse((ROOT / self.file).read_text())
        declared = template["Parameters"]
        defaults = {name: str(spec["Default"]) for name, spec in declared.items() if "Default" in spec}
        self.parameters = defaults | overrides
        assert set(self.parameters) == set(declared), "these are the parameters of the template"
        for name, value in self.parameters.items():
            allowed, pattern = declared[name].get("AllowedValues"), declared[name].get("AllowedPattern")
            assert allowed is None or value in map(str, allowed), f"{name} cannot be {value}"
            assert pattern is None or re.search(pattern, value), f"{name} cannot be {value}"
        self.template = self.transformed(template)
        self.conditions = {name: self.evaluate(it) for name, it in self.template["Conditions"].items()}
        is_made = lambda it: self.conditions[it["Condition"]] if "Condition" in it else True
        resources = {name: it for name, it in self.template["Resources"].items() if is_made(it)}
        self.resources = {name: self.evaluate(it) for name, it in resources.items()}
        outputs = {name: it for name, it in self.template["Outputs"].items() if is_made(it)}
        self.outputs = {name: self.evaluate(it["Value"]) for name, it in outputs.items()}
        self.check_references()

    def transformed(self, template):
        for name in FUNCTIONS:
            # What `sam package` does.
            template["Resources"][f"{name}Function"]["Properties"]["CodeUri"] = f"s3://bucket/{name}"
        translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
        return translator.translate(template, dict(self.parameters))

    def evaluate(self, it):
        if isinstance(it, list):
            return [value for value in map(self.evaluate, it) if value is not NO_VALUE]
        if not isinstance(it, dict):
            return it
        if len(it) == 1:
            [(verb, of)] = it.items()
            match verb:
                case "Ref" if of == "AWS::NoValue":
                    return NO_VALUE
                case "Ref" if of in self.parameters:
                    return self.parameters[of]
                case "Condition":
                    return self.evaluate(self.template["Conditions"][of]) if of in self.template["Conditions"] else it
                case "Fn::Equals":
                    one, other = map(self.evaluate, of)
                    return str(one) == str(other)
                case "Fn::Not":
                    return not self.evaluate(of[0])
                case "Fn::And":
                    return all(map(self.evaluate, of))
                case "Fn::Or":
                    return any(map(self.evaluate, of))
                case "Fn::If":
                    return self.evaluate(of[1] if self.conditions[of[0]] else of[2])
                case "Fn::Sub" if isinstance(of, str):
                    text = re.sub(r"\$\{(\w+)\}", lambda m: self.parameters.get(m[1], m[0]), of)
                    return {verb: text} if "${" in text else text
        values = {key: self.evaluate(value) for key, value in it.items()}
        return {key: value for key, value in values.items() if value is not NO_VALUE}

    def check_references(self):
        """Everything that is referred to is made, and can be made before what refers to it."""
        needs = {name: set(references(it)) for name, it in self.resources.items()}
        for name, needed in (needs | {"Outputs": set(references(self.outputs))}).items():
            missing = needed - set(self.resources)
            assert not missing, f"{name} refers to {missing}, which is not made with {self.parameters}"
        made = set()
        while len(made) < len(needs):
            ready = {name for name, needed in needs.items() if name not in made and needed <= made}
            assert ready, f"a circle among {sorted(set(needs) - made)}"
            made |= ready

    def of_type(self, kind):
        return {name: it["Properties"] for name, it in self.resources.items() if it["Type"] == kind}

    def environment(self, function):
        return self.resources[f"{function}Function"]["Properties"]["Environment"]["Variables"]

    def statements(self):
        """What the roles may do, by the role or policy that says so."""
        for name, it in self.of_type("AWS::IAM::ManagedPolicy").items():
            yield from ((name, statement) for statement in it["PolicyDocument"]["Statement"])
        for name, it in self.of_type("AWS::IAM::Role").items():
            for policy in it["Policies"]:
                yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])

    def policies(self):
        return json.dumps([it for it in self.resources.values() if it["Type"].startswith("AWS::IAM::")])

    def stage(self):
        [stage] = self.of_type("AWS::ApiGatewayV2::Stage").values()
        return stage

    def endpoint_is_disabled(self):
        servers = self.resources["Api"]["Properties"]["Body"]["servers"]
        return servers[0]["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"]

    def faults(self):
        """What cfn-lint says against it, with the parameters as defaults."""
        template = copy.deepcopy(self.template)
        for name, value in self.parameters.items():
            number = template["Parameters"][name]["Type"] == "Number"
            template["Parameters"][name]["Default"] = int(value) if number else value
        # Mappings that only SAM looks up are of no use any more.
        everything = ManualArgs(include_checks=["I"], include_experimental=True, regions=self.regions)
        faults = [it for it in lint(json.dumps(template), config=everything) if it.rule.id != "W7001"]
        return [str(fault) for fault in faults if fault.rule.severity != "informational"]


class Front(Deployment):
    """The same of front.yaml, which needs no transform."""

    file = "front.yaml"
    regions = ["us-east-1"]

    def __init__(self, **overrides):
        needed = {"ApiHost": "abc123.execute-api.eu-west-1.amazonaws.com", "FrontSecretArn": FRONT_SECRET}
        super().__init__(**needed | overrides)

    def transformed(self, template):
        return template

    def distribution(self):
        return self.resources["Front"]["Properties"]["DistributionConfig"]


def references(it):
    """The resources that a value refers to, and that have to be made before it."""
    if isinstance(it, list):
        for value in it:
            yield from references(value)
    elif isinstance(it, dict):
        for key, value in it.items():
            if key == "Ref" and not value.startswith("AWS::"):
                yield value
            elif key == "Fn::GetAtt":
                yield (value if isinstance(value, list) else value.split("."))[0]
            elif key == "Fn::Sub":
                text, names = (value, {}) if isinstance(value, str) else value
                found = re.findall(r"\$\{(\w+)(?:\.\w+)*\}", text)
                yield from (name for name in found if name not in names)
                yield from references(names)
            elif key == "DependsOn":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from references(value)


def by_default():
    """With the defaults nothing optional is made, and every group has a limit of its own."""
    deployed = Deployment()
    for kind in [
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::Route53::RecordSet",
        "AWS::CloudWatch::Alarm",
    ]:
        assert not deployed.of_type(kind), kind
    assert len(deployed.of_type("AWS::DynamoDB::Table")) == 1
    assert len(deployed.of_type("AWS::SecretsManager::Secret")) == 1
    assert deployed.endpoint_is_disabled() is False
    assert "execute-api" in json.dumps(deployed.outputs["ApiUrl"])
    assert deployed.environment("Company")["TALLY_PUBLIC_URL"] == ""
    body, stage = deployed.resources["Api"]["Properties"]["Body"], deployed.stage()
    # An HTTP API that answers preflights by itself would do so instead of the functions.
    assert "x-amazon-apigateway-cors" not in body
    routes = {f"ANY {path}" for path in body["paths"]}
    assert set(stage["RouteSettings"]) == routes, "each route has limits, and no other"
    assert all(limits["ThrottlingRateLimit"] == "50" for limits in stage["RouteSettings"].values())
    aliases = deployed.of_type("AWS::Lambda::Alias")
    assert len(aliases) == len(FUNCTIONS) and all(alias["Name"] == "live" for alias in aliases.values())
    for path in body["paths"].values():
        uri = json.dumps(path["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]["uri"])
        assert "Aliaslive" in uri, "the routes lead to the published version"
    for name in FUNCTIONS:
        assert "ReservedConcurrentExecutions" not in deployed.resources[f"{name}Function"]["Properties"]
    return deployed


def throttled():
    """The limits of the routes are the parameters."""
    deployed = Deployment(RouteRateLimit="7", RouteBurstLimit="9")
    limits = {"ThrottlingRateLimit": "7", "ThrottlingBurstLimit": "9"}
    assert all(route == limits for route in deployed.stage()["RouteSettings"].values())
    return deployed


def reserved():
    """A reservation applies to each function."""
    deployed = Deployment(ReservedConcurrency="20")
    for name in FUNCTIONS:
        assert deployed.resources[f"{name}Function"]["Properties"]["ReservedConcurrentExecutions"] == "20"
    return deployed


def with_domain():
    """A domain takes the place of the API's own name, in links too."""
    deployed = Deployment(**DOMAIN)
    [mapping] = deployed.of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert mapping["Stage"] == {"Ref": "ApiApiGatewayDefaultStage"}
    assert deployed.endpoint_is_disabled() is True
    assert deployed.outputs["ApiUrl"] == "https://api.example.com"
    assert deployed.environment("Company")["TALLY_PUBLIC_URL"] == "https://api.example.com"
    assert not deployed.of_type("AWS::Route53::RecordSet") and "DomainTarget" in deployed.outputs
    return deployed


def with_domain_record():
    """The record is made in the zone; the own name can stay, and PublicUrl comes first."""
    deployed = Deployment(
        **DOMAIN, HostedZoneId="Z0123456789", ExecuteApiEndpoint="enabled", PublicUrl="https://www.example.com"
    )
    [record] = deployed.of_type("AWS::Route53::RecordSet").values()
    assert record["Name"] == "api.example.com" and record["HostedZoneId"] == "Z0123456789"
    assert deployed.endpoint_is_disabled() is False
    assert deployed.environment("Company")["TALLY_PUBLIC_URL"] == "https://www.example.com"
    return deployed


def staged(preference="Canary10Percent5Minutes"):
    """CodeDeploy moves each alias, and an alarm stops it."""
    deployed = Deployment(DeploymentPreference=preference)
    groups = deployed.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(FUNCTIONS)
    for group in groups.values():
        assert group["AlarmConfiguration"]["Alarms"] == [{"Name": {"Ref": "DeploymentAlarm"}}]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert preference in json.dumps(group["DeploymentConfigName"])
    watched = json.dumps(deployed.resources["DeploymentAlarm"])
    assert all(f"{name}Function" in watched for name in FUNCTIONS)
    for name in FUNCTIONS:
        policy = deployed.resources[f"{name}FunctionAliaslive"]["UpdatePolicy"]
        assert "CodeDeployLambdaAliasUpdate" in policy
    return deployed


def gradual():
    """The longest of the stages is no other kind."""
    return staged("Linear10PercentEvery10Minutes")


def on_what_exists():
    """A table and a secret that are there already take the place of the stack's own, everywhere."""
    deployed = Deployment(**EXISTING)
    assert not deployed.of_type("AWS::DynamoDB::Table") and not deployed.of_type("AWS::SecretsManager::Secret")
    for name in FUNCTIONS:
        assert deployed.environment(name)["TALLY_TABLE"] == "restored"
        assert deployed.environment(name)["TALLY_SECRET_ID"] == EXISTING["ExistingSecretArn"]
    assert "table/restored" in deployed.policies() and EXISTING["ExistingSecretArn"] in deployed.policies()
    assert deployed.outputs["TableName"] == "restored"
    return deployed


def with_own_configuration_set():
    """SES tells of bounces by the stack's own set, or by the operator's, and each is counted."""
    for name, deployed in [(None, Deployment()), ("theirs", Deployment(MailConfigurationSet="theirs"))]:
        used = {"Ref": "ConfigurationSet"} if name is None else name
        kinds = ["AWS::SES::ConfigurationSet", "AWS::SES::ConfigurationSetEventDestination"]
        assert all(bool(deployed.of_type(kind)) == (name is None) for kind in kinds)
        [rule] = deployed.of_type("AWS::Events::Rule").values()
        assert rule["EventPattern"]["detail"]["mail"]["tags"]["ses:configuration-set"] == [used]
        assert all(deployed.environment(group)["TALLY_MAIL_CONFIGURATION_SET"] == used for group in FUNCTIONS)
        [statement, _] = deployed.resources["MessageAccess"]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Resource"][1]["Fn::Sub"][1] == {"Set": used}, "mail may be sent by that set"
    return Deployment(MailConfigurationSet="theirs")


def told_by_mail():
    """An address is enough for alarms; with a topic, it is the topic that tells it."""
    few = Deployment(AlarmEmail="ops@example.com")
    assert len(few.of_type("AWS::CloudWatch::Alarm")) == 10
    assert len(Deployment(AlarmEmail="ops@example.com", Alarms="all").of_type("AWS::CloudWatch::Alarm")) == 16
    theirs = ARN.format("sns", "alarms")
    both = Deployment(AlarmEmail="ops@example.com", AlarmTopic=theirs)
    for deployed, topic in [(few, {"Ref": "AlarmMailTopic"}), (both, theirs)]:
        [mail] = deployed.of_type("AWS::SNS::Subscription").values()
        assert mail == {"TopicArn": topic, "Protocol": "email", "Endpoint": "ops@example.com"}
        alarms = deployed.of_type("AWS::CloudWatch::Alarm").values()
        assert all(alarm["AlarmActions"] == [topic] for alarm in alarms)
        assert bool(deployed.of_type("AWS::SNS::Topic")) == (topic != theirs)
    only = Deployment(AlarmTopic=theirs)
    assert len(only.of_type("AWS::CloudWatch::Alarm")) == 10
    assert not only.of_type("AWS::SNS::Topic") and not only.of_type("AWS::SNS::Subscription")
    return few


def logs_outlive_the_stack():
    """No log is deleted with the stack, and none has a name that the next stack would want."""
    deployed = Deployment()
    logs = deployed.of_type("AWS::Logs::LogGroup")
    assert len(logs) == len(FUNCTIONS) + 1
    for name, group in logs.items():
        assert deployed.resources[name]["DeletionPolicy"] == "Retain", name
        assert deployed.resources[name]["UpdateReplacePolicy"] == "Retain", name
        assert "AWS::StackId" in json.dumps(group.get("LogGroupName", "AWS::StackId")), name
        assert group["RetentionInDays"] == "30", "they end by themselves"
    return deployed


def under_a_key():
    """Table, secret, logs and topic are under the key, and the roles may use it through these alone."""
    deployed = Deployment(KmsKeyArn=KEY, AlarmEmail="ops@example.com")
    [table] = deployed.of_type("AWS::DynamoDB::Table").values()
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    [secret] = deployed.of_type("AWS::SecretsManager::Secret").values()
    [topic] = deployed.of_type("AWS::SNS::Topic").values()
    assert secret["KmsKeyId"] == KEY and topic["KmsMasterKeyId"] == KEY
    assert all(group["KmsKeyId"] == KEY for group in deployed.of_type("AWS::Logs::LogGroup").values())
    using = [it for it in deployed.statements() if "kms:" in json.dumps(it[1]["Action"])]
    assert {name for name, _ in using} == {"PoolAccess", "BounceCounterRole"}
    for _, statement in using:
        assert statement["Resource"] == KEY
        services = json.dumps(statement["Condition"]["StringEquals"]["kms:ViaService"])
        assert re.fullmatch(r'[^*]*dynamodb\.[^*]*', services)
    # Without one, there is nothing about keys.
    made = json.dumps([Deployment(AlarmEmail="ops@example.com").resources])
    assert not re.search(r"kms|SSESpecification", made, re.IGNORECASE)
    return Deployment(KmsKeyArn=KEY, **EXISTING)


def behind_a_front():
    """The functions learn where the address stands and by what they know the front."""
    deployed = Deployment(
        ClientAddress="x-tally-viewer", FrontSecretArn=FRONT_SECRET, PublicUrl="https://www.example.com"
    )
    secret = f"{{{{resolve:secretsmanager:{FRONT_SECRET}:SecretString}}}}"
    for name in FUNCTIONS:
        environment, usual = deployed.environment(name), Deployment().environment(name)
        assert environment["TALLY_CLIENT_ADDRESS"] == f"x-tally-viewer,x-tally-front={secret}"
        # Pages know the front's name, and the functions are called by another.
        assert environment["TALLY_PUBLIC_URL"] == "https://www.example.com"
        assert usual["TALLY_CLIENT_ADDRESS"] == usual["TALLY_TRUSTED_ORIGINS"] == ""
    return deployed


def the_front():
    """It passes everything on, keeps nothing, and alone knows the secret."""
    front = Front()
    distribution = front.distribution()
    [origin], behavior = distribution["Origins"], distribution["DefaultCacheBehavior"]
    assert origin["DomainName"] == front.parameters["ApiHost"]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    [header] = origin["OriginCustomHeaders"]
    assert header == {
        "HeaderName": "x-tally-front",
        "HeaderValue": f"{{{{resolve:secretsmanager:{FRONT_SECRET}:SecretString}}}}",
    }
    assert len(behavior["AllowedMethods"]) == 7 and behavior["ViewerProtocolPolicy"] == "https-only"
    assert "CacheBehaviors" not in distribution, "there is one way through"
    assert all(it["ErrorCachingMinTTL"] == 0 for it in distribution["CustomErrorResponses"])
    assert distribution["WebACLId"] == {"Fn::GetAtt": ["Firewall", "Arn"]}
    [function] = front.of_type("AWS::CloudFront::Function").values()
    assert "headers['x-tally-viewer'] = { value: event.viewer.ip }" in function["FunctionCode"]
    firewall = json.dumps(front.resources["Firewall"])
    assert '"SampledRequestsEnabled": true' not in firewall, "nobody reads other people's cookies"
    [common] = [it for it in front.resources["Firewall"]["Properties"]["Rules"] if it["Name"] == "common"]
    overridden = common["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    counted = {it["Name"] for it in overridden if it["ActionToUse"] == {"Count": {}}}
    about_bodies = ["SizeRestrictions", "EC2MetaDataSSRF", "GenericLFI", "GenericRFI", "CrossSiteScripting"]
    assert counted == {f"{name}_BODY" for name in about_bodies} | {"NoUserAgent_HEADER"}, "passwords are refused"
    kinds = ["AWS::CloudWatch::Alarm", "AWS::SNS::Topic", "AWS::Route53::RecordSet"]
    assert not any(front.of_type(kind) for kind in kinds)
    return front


def the_front_with_everything():
    """Under a name of its own, with a version of the secret, and alarms."""
    front = Front(
        **DOMAIN,
        HostedZoneId="Z0123456789",
        AlarmEmail="ops@example.com",
        FrontSecretVersion="1f6a5e9e-0000-4000-8000-000000000000",
    )
    distribution = front.distribution()
    assert distribution["Aliases"] == ["api.example.com"]
    assert distribution["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    value = distribution["Origins"][0]["OriginCustomHeaders"][0]["HeaderValue"]
    assert value.endswith(":SecretString:::1f6a5e9e-0000-4000-8000-000000000000}}")
    assert {it["Type"] for it in front.of_type("AWS::Route53::RecordSet").values()} == {"A", "AAAA"}
    alarms = front.of_type("AWS::CloudWatch::Alarm").values()
    assert len(alarms) == 2 and all(it["AlarmActions"] == [{"Ref": "AlarmMailTopic"}] for it in alarms)
    assert front.outputs["FrontUrl"] == "https://api.example.com"
    return front


def on_everything():
    """All of it together."""
    return Deployment(
        **DOMAIN,
        **EXISTING,
        HostedZoneId="Z0123456789",
        DeploymentPreference="Canary10Percent30Minutes",
        ReservedConcurrency="100",
        AlarmTopic=ARN.format("sns", "alarms"),
        WeixinAppId="wx1",
        WeixinSecretArn=ARN.format("secretsmanager", "secret:weixin-AbCdEf"),
        MailConfigurationSet="mail",
        AlarmEmail="ops@example.com",
        KmsKeyArn=KEY,
        ClientAddress="x-tally-viewer",
        FrontSecretArn=FRONT_SECRET,
        FrontSecretVersion="1f6a5e9e-0000-4000-8000-000000000000",
        PublicUrl="https://www.example.com",
        TrustedOrigins="https://a.example.com,capacitor://localhost",
    )


CASES = [
    by_default,
    throttled,
    reserved,
    with_domain,
    with_domain_record,
    staged,
    gradual,
    on_what_exists,
    with_own_configuration_set,
    told_by_mail,
    logs_outlive_the_stack,
    under_a_key,
    behind_a_front,
    the_front,
    the_front_with_everything,
    on_everything,
]

# A value of each kind that every parameter of text takes, beside its default.
OTHER_VALUES = ["other", "7", "12345", "other.example", "https://other.example", "other@example.com", ARN.format("sns", "other"), CERTIFICATE, KEY]


EXTENSION = "chrome-extension://" + "abcdefghijklmnop" * 2
ORIGINS = {
    True: [
        "",
        "https://www.example.com",
        "https://WWW.Example.com:8443",
        "https://xn--fiq228c.example",
        "https://localhost",
        "https://192.0.2.7:8443",
        "https://[2001:db8::1]:8443",
        "http://localhost",
        "http://localhost:5173",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        EXTENSION,
        f"https://a.example,http://localhost:3000 , {EXTENSION}, tauri://localhost",
    ],
    False: [
        "http://www.example.com",
        "http://192.0.2.7",
        "http://localhost.example.com",
        "http://localhost@example.com",
        "http://local",
        "http://[::1]",
        "https://*.example.com",
        "https://*",
        "*",
        "null",
        "www.example.com",
        "//www.example.com",
        "https://",
        "https://.example.com",
        "https://a..example.com",
        "https://a.example/",
        "https://a.example/page",
        "https://a.example?x",
        "https://u@a.example",
        "https://a.example:",
        "https://a.example:x",
        "https://a.example:443000",
        "https://a.example https://b.example",
        "https://a.example;https://b.example",
        "https://a.example,",
        ",https://a.example",
        "https://a.example,,https://b.example",
        "https://a.example,http://b.example",
        "capacitor://example.com",
        "capacitor://localhost:80",
        "capacitor://",
        "ionic://localhost.example.com",
        "tauri://localhost/",
        "file://",
        "moz-extension://abc",
        "chrome-extension://*",
        "chrome-extension://short",
        EXTENSION + "a",
        "CHROME-EXTENSION://" + "q" * 32,
        "javascript://localhost",
        "ws://localhost",
    ],
}


def only_origins_that_can_be_trusted():
    """Pages that come by TLS, of this computer, or of an app; nothing that stands for many."""
    pattern = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]["TrustedOrigins"]["AllowedPattern"]
    for is_taken, texts in ORIGINS.items():
        for text in texts:
            assert bool(re.search(pattern, text)) == is_taken, f"{text!r} has to be {is_taken}"


def the_settings_file_is_understood():
    """sam takes each line of samconfig.toml, also of those that are comments, and its stack takes the value."""
    text = (ROOT / "samconfig.toml").read_text()
    for text in [text, re.sub(r"^# (\w+ = .*)$", r"\1", text, flags=re.MULTILINE)]:
        settings = tomllib.loads(text)
        for environment, kind in [("default", Deployment), ("front", Front)]:
            overrides = settings[environment]["deploy"]["parameters"]["parameter_overrides"]
            kind(**CfnParameterOverridesType().convert(overrides, None, None))
    assert len(overrides) > 1, "there are examples"


def settings_reach_the_callers():
    """Whatever parameter changes, each function's published version is another one."""

    def versions(deployed):
        made = [(name, it["Description"]) for name, it in deployed.of_type("AWS::Lambda::Version").items()]
        return json.dumps([made, deployed.resources["Settings"]["Properties"]["Content"]])

    declared, before = Deployment().template["Parameters"], versions(Deployment())
    for name, spec in declared.items():
        values = [str(value) for value in spec.get("AllowedValues", OTHER_VALUES)]
        fits = lambda value: re.search(spec.get("AllowedPattern", ""), value) and value != str(spec["Default"])
        values = [value for value in values if fits(value) and (spec["Type"] != "Number" or value.isdigit())]
        assert values, f"no other value of {name} is known here"
        extra = {name: values[0]}
        assert versions(Deployment(**extra)) != before, f"{name} is missing in Settings"
    for version in Deployment().of_type("AWS::Lambda::Version").values():
        assert "${Settings}" in json.dumps(version["Description"])
    for name in FUNCTIONS:
        assert Deployment().environment(name)["TALLY_SETTINGS_VERSION"] == {"Ref": "Settings"}


def main():
    # The transform tells of its own metrics.
    logging.disable(logging.CRITICAL)
    for case in [*CASES, only_origins_that_can_be_trusted, the_settings_file_is_understood, settings_reach_the_callers]:
        case()
        print(f"{case.__name__}: {case.__doc__.strip()}", flush=True)
    # The linter takes long, so it sees only what has most in it; `sam validate --lint` sees the defaults.
    faults = on_everything().faults() + the_front_with_everything().faults()
    print(*faults, sep="\n", file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
